"""One look at the whole cluster from which the steps decide: a round trip or two to each host, side by side."""

import json
import shlex
from collections.abc import Iterable, Mapping

from changes.balancer import CONFIGURATION
from changes.seen import Machine, Seen
from formats import certificates, etcd, kubeconfigs, kubernetes, manifests
from formats.kubeadm import COMPONENTS, PAIRS
from nodes.hosts import ADMIN, Hosts, etcdctl_command, kubectl_command
from nodes.session import CommandFailed, Session

PKI = "/etc/kubernetes/pki"

# What the steps run there; on a worker nothing but the kubelet is taken for granted.
PROGRAMS = {"first": ("kubectl", "etcdctl", "etcdutl"), "master": ("etcdctl",), "balancer": ("nginx",)}

_MACHINE = r"""
[ -z "$(ls -A /var/lib/etcd 2>/dev/null)" ] || echo etcd-data
for program in {programs}; do command -v "$program" >/dev/null || echo "missing $program"; done
{{
  ctr -n k8s.io images ls -q || crictl images -o json | tr ',[]' '\n' | sed -n 's/.*"\([^" ]*:[^" ]*\)".*/\1/p'
}} 2>/dev/null | sed 's/^/image /'
df --output=avail -B1 /var/lib | sed -n 's/^ *\([0-9]\)/free \1/p'
ss -Hltn | awk '{{print "listening " $4}}'
nginx -V 2>&1 | sed 's/^/nginx /'
[ ! -e {balancer} ] || echo balancer
"""


def observe(hosts: Hosts) -> Seen:
    """What stands now. Raises CommandFailed, ConnectionLost, or what a host's look ended with."""
    names = list(hosts.inventory.nodes)
    machines = hosts.fleet.side_by_side(lambda name: _machine(hosts, name), names)
    for found in machines.values():
        if isinstance(found, Exception):
            raise found
    first = hosts.first
    texts = {component: first.check(f"cat /etc/kubernetes/manifests/{component}.yaml") for component in COMPONENTS}
    named = sorted({file for text in texts.values() for file in manifests.parse(text).files})
    address = hosts.inventory.nodes[hosts.first_master].address
    api = {
        what: first.check(kubectl_command(address, *arguments, "-o", "json"))
        for what, arguments in {
            "configuration": ("-n", "kube-system", "get", "configmap", "kubeadm-config"),
            "namespace": ("get", "namespace", "kube-system"),
            "nodes": ("get", "nodes"),
        }.items()
    }
    pairs = {name: first.check(f"cat {PKI}/{name}.crt") for name in ("apiserver", "apiserver-kubelet-client")}
    admin = kubeconfigs.client_certificate(first.read_secret(ADMIN).reveal().decode())
    if admin is None:
        raise CommandFailed(hosts.first_master, f"reading {ADMIN}", 0, "", "it holds no client certificate")
    return Seen(
        first=hosts.first_master,
        configuration=kubernetes.cluster_configuration(api["configuration"]),
        uid=json.loads(api["namespace"])["metadata"]["uid"],
        manifests=texts,
        apiserver=certificates.read(pairs["apiserver"])[0],
        kubelet_client=certificates.read(pairs["apiserver-kubelet-client"])[0],
        admin=certificates.read(admin)[0],
        files=_sizes(first, named),
        nodes=kubernetes.nodes(api["nodes"]),
        members=etcd.member_list(first.check(etcdctl_command("member", "list", "-w", "json"))),
        statuses=etcd.statuses(first.check(etcdctl_command("endpoint", "status", "-w", "json"))),
        alarms=etcd.alarms(first.check(etcdctl_command("alarm", "list", "-w", "json"))),
        machines={name: found for name, found in machines.items() if isinstance(found, Machine)},
        authority_keys=frozenset(
            authority
            for authority in {pair.authority for pair in PAIRS.values()}
            if first.run(f"test -s {PKI}/{authority}.key").status == 0
        ),
        has_super_admin=first.run("test -e /etc/kubernetes/super-admin.conf").status == 0,
    )


def _machine(hosts: Hosts, name: str) -> Machine:
    inventory = hosts.inventory
    programs: set[str] = set()
    if name == hosts.first_master:
        programs |= set(PROGRAMS["first"])
    if name in {node.name for node in inventory.masters}:
        programs |= set(PROGRAMS["master"])
    if name in {node.name for node in inventory.balancers}:
        programs |= set(PROGRAMS["balancer"])
    script = _MACHINE.format(programs=" ".join(sorted(programs)) or "sh", balancer=CONFIGURATION)
    found = _by_word(hosts.fleet[name].check(script).splitlines())
    return Machine(
        etcd_data="etcd-data" in found,
        missing=tuple(found.get("missing", ())),
        images=frozenset(found.get("image", ())),
        free_bytes=int(found["free"][0]),
        listening=frozenset(int(address.rpartition(":")[2]) for address in found.get("listening", ())),
        nginx="\n".join(found.get("nginx", ())) if "nginx" not in found.get("missing", ()) else "",
        balancer="balancer" in found,
    )


def _by_word(lines: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        found.setdefault(word, []).append(rest)
    return found


def _sizes(session: Session, files: Iterable[str]) -> Mapping[str, int]:
    script = "".join(f"test -f {q} && stat -c '%s %n' {q}; " for q in map(shlex.quote, files))
    lines = (line.partition(" ") for line in session.check(script + "true").splitlines())
    return {path: int(size) for size, _, path in lines}
