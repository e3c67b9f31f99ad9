"""The lab's cluster and hosts as the rehearsal's own eyes see them, apart from the runbook's."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from formats import etcd, kubernetes, ports
from nodes import layout
from nodes.fleet import Fleet
from nodes.hosts import Hosts
from nodes.inventory import load
from nodes.waiting import wait_until
from rehearsal.runs import CHECKOUT, REPORT, ROOT, Run

FIRST = "shaolin"
NEW = ("wudang", "emei")
WORKER = "huashan"
NODES = (FIRST, *NEW, WORKER)
CONTROLLERS = {"kube-controller-manager": ports.CONTROLLER_MANAGER, "kube-scheduler": ports.SCHEDULER}

# Every file that the runbook could touch, and every process that it must not start again.
_FILES = (
    "find /etc/kubernetes /etc/hosts /etc/kubeadm-ha /etc/systemd/system /etc/nginx /var/lib/kubeadm-ha"
    " /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /var/lib/kubelet/pki /root/.kube -type f"
    " -printf '%p %T@ %m ' -exec sha256sum {} ';' 2>/dev/null | sort"
)
_PROCESSES = (
    "ps -eo pid=,lstart=,comm= | grep -E 'etcd|kube|containerd$|nginx|coredns|pod-network'"
    " | grep -v -E 'kubectl|etcdctl' | sort"
)


def lab(*arguments: str) -> None:
    """python -m lab ARGUMENTS, as root; its progress goes where ours goes."""
    subprocess.run([*ROOT, sys.executable, "-m", "lab", *arguments], cwd=CHECKOUT, check=True)


def connect(nodes: Path = CHECKOUT / "nodes.yaml") -> Hosts:
    """Sessions to all hosts. A reset keeps their keys, but not their connections."""
    inventory = load(nodes)
    fleet = Fleet.open(inventory)
    assert not fleet.problems, fleet.problems
    first = inventory.masters[0].name
    return Hosts(fleet, inventory, first, layout=layout.find(fleet, [first]))


def keys_told(hosts: Hosts, run: Run) -> list[str]:
    """Which of the cluster's private keys the last run has printed or reported; a line of each is looked for."""
    told = run.output + REPORT.read_text()
    found = ["a private key's first line"] if "PRIVATE KEY" in told else []
    for file in ("ca.key", "sa.key", "etcd/ca.key", "apiserver.key"):
        line = hosts.first.check(f"sed -n 2p /etc/kubernetes/pki/{file}").strip()
        assert len(line) > 40
        found += [file] if line in told else []
    return found


def settled(hosts: Hosts) -> None:
    """Return once all three masters take part again: what was healed just now may still echo. Raises NeverCameError.

    An apiserver whose etcd took no writes is missing in the kubernetes service for some seconds, and a controller that
    has ended several times is started again only after a while.
    """
    wait_until("the three masters at rest", lambda: _unrest(hosts), 180)


def _unrest(hosts: Hosts) -> str:
    masters = {node.address for node in hosts.inventory.masters}
    slices = json.loads(hosts.kubectl("get", "endpointslices", "kubernetes", "-o", "json"))
    serving = {address for endpoint in slices["endpoints"] or () for address in endpoint["addresses"]}
    if serving != masters:
        return f"the kubernetes service leads to {sorted(serving)}"
    leaders = {
        name: etcd.statuses(hosts.etcdctl("endpoint", "status", "-w", "json", on=name))[0].leader_id
        for name in (FIRST, *NEW)
    }
    if len(set(leaders.values())) != 1 or "" in leaders.values():
        return f"etcd's leaders are {leaders}"
    silent = [
        f"{name} on {master}" for master in (FIRST, *NEW) for name in CONTROLLERS if not _answers(hosts, master, name)
    ]
    if silent:
        return f"no answer from {' and '.join(silent)}"
    leases = kubernetes.leases(hosts.kubectl("-n", "kube-system", "get", "leases", "-o", "json"))
    held = {lease.name for lease in leases if lease.is_held(datetime.now(UTC))}
    idle = [name for name in CONTROLLERS if name not in held]
    return f"nobody holds {' and '.join(idle)}" if idle else ""


def _answers(hosts: Hosts, master: str, controller: str) -> bool:
    asked = f"curl -sk --max-time 2 https://127.0.0.1:{CONTROLLERS[controller]}/healthz"
    return hosts.fleet[master].run(asked).stdout == "ok"


def files(hosts: Hosts) -> set[str]:
    """What stands on each node's disk, a line a file: node, name, time, mode, digest."""
    return _lines(hosts, _FILES)


def processes(hosts: Hosts) -> set[str]:
    """What runs on each node, a line a process: node, id, start, name."""
    return _lines(hosts, _PROCESSES)


def _lines(hosts: Hosts, script: str) -> set[str]:
    names = hosts.inventory.nodes
    return {f"{name} {line}" for name in names for line in hosts.fleet[name].run(script).stdout.splitlines()}


def containers(hosts: Hosts) -> str:
    """Start times and restarts of the cluster's own containers, as the API has them."""
    template = (
        "{range .items[*]}{.metadata.namespace}/{.metadata.name} {range .status.containerStatuses[*]}"
        '{.state.running.startedAt} {.restartCount}{end}{"\\n"}{end}'
    )
    return hosts.kubectl("-n", "kube-system", "get", "pods", "-o", f"jsonpath={template}")
