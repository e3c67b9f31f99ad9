"""The lab's cluster and hosts as the rehearsal's own eyes see them, apart from the runbook's."""

import subprocess
import sys
from pathlib import Path

from nodes import layout
from nodes.fleet import Fleet
from nodes.hosts import Hosts
from nodes.inventory import load
from rehearsal.runs import CHECKOUT, ROOT

FIRST = "shaolin"
NEW = ("wudang", "emei")
WORKER = "huashan"
NODES = (FIRST, *NEW, WORKER)

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
