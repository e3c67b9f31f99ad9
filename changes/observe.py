"""One look at the whole cluster from which the steps decide: a round trip or two to each host, side by side."""

import json
import shlex
from collections.abc import Collection, Iterable, Mapping

from changes.seen import Machine, Seen
from formats import balancer, certificates, etcd, kubeconfigs, kubernetes
from formats.balancer import CONFIGURATION
from formats.kubeadm import COMPONENTS, PAIRS
from nodes import named_files
from nodes.first_master import RECORD
from nodes.hosts import ADMIN, Hosts, kubectl_command
from nodes.session import Session

# What the steps run there; on a worker nothing but the kubelet is taken for granted.
PROGRAMS = {
    "first": ("bash", "flock", "kubectl"),
    "balancer": ("nginx",),
}

_MACHINE = r"""
uname -n | sed 's/^/hostname /'
for component in {components}; do
  manifest=/etc/kubernetes/manifests/$component.yaml
  [ ! -e "$manifest" ] || {{ echo "manifest $component "; sed -e "s/^/manifest $component /" -e '$a\' "$manifest"; }}
done
[ ! -e {etcd_data}/member ] || echo etcd-data
for program in {programs}; do command -v "$program" >/dev/null || echo "missing $program"; done
{{
  ctr -n k8s.io images ls -q || crictl images -o json | tr ',[]' '\n' | sed -n 's/.*"\([^" ]*:[^" ]*\)".*/\1/p'
}} 2>/dev/null | sed 's/^/image /'
place={etcd_data}; while [ ! -e "$place" ]; do place=$(dirname "$place"); done
df --output=avail -B1 "$place" | sed -n 's/^ *\([0-9]\)/free \1/p'
ss -Hltn | awk '{{print "listening " $4}}'
command -v nginx | sed 's/^/nginx-program /'
nginx -V 2>&1 | sed 's/^/nginx /'
prefix=$(nginx -V 2>&1 | sed -n 's/.*--prefix=\([^ ]*\).*/\1/p')
modules=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
[ ! -e "${{modules:-${{prefix:-/usr/local/nginx}}/modules}}/ngx_stream_module.so" ] || echo stream-module
[ ! -e {balancer} ] || echo balancer
"""


class NotSupportedError(Exception):
    """A cluster that is not as kubeadm makes them; says in what."""


def observe(hosts: Hosts) -> Seen:
    """What stands now.

    Raises NotSupportedError, ManifestError, UnreadableError, CommandFailed, ConnectionLost, or what a host's look
    ended with.
    """
    names, pki = list(hosts.inventory.nodes), hosts.layout.pki
    machines = hosts.fleet.side_by_side(lambda name: machine(hosts, name), names)
    first = hosts.first
    if "kubectl" in _of(machines, hosts.first_master).missing:
        raise NotSupportedError(f"{hosts.first_master}: no kubectl on root's PATH: install it, the API is asked there")
    missing = [name for name in COMPONENTS if name not in _of(machines, hosts.first_master).manifests]
    if missing:
        raise NotSupportedError(
            f"{hosts.first_master} runs no static pod {' and '.join(missing)}: a cluster with an external etcd, or one"
            " that kubeadm did not make, is not supported"
        )
    texts = _of(machines, hosts.first_master).manifests
    carriages = named_files.carriages(hosts.fleet.reader(hosts.first_master), texts, pki)
    api = {
        what: first.check(kubectl_command(hosts.api_url(hosts.first_master), *arguments, "-o", "json"))
        for what, arguments in {
            "configuration": ("-n", "kube-system", "get", "configmap", "kubeadm-config"),
            "namespace": ("get", "namespace", "kube-system"),
            "nodes": ("get", "nodes"),
        }.items()
    }
    pairs = {name: first.check(f"cat {pki}/{name}.crt") for name in ("apiserver", "apiserver-kubelet-client")}
    admin = _admin(hosts.first_master, first)
    return Seen(
        first=hosts.first_master,
        configuration=kubernetes.cluster_configuration(api["configuration"]),
        uid=json.loads(api["namespace"])["metadata"]["uid"],
        record=first.check(f"cat {RECORD} 2>/dev/null || true"),
        manifests=texts,
        apiserver=certificates.read(pairs["apiserver"])[0],
        kubelet_client=certificates.read(pairs["apiserver-kubelet-client"])[0],
        admin=admin,
        carriages=carriages,
        lacking=_lacking(hosts, {path for carriage in carriages.values() for path in carriage.given}),
        nodes=kubernetes.nodes(api["nodes"]),
        members=etcd.member_list(hosts.etcdctl("member", "list", "-w", "json")),
        statuses=etcd.statuses(hosts.etcdctl("endpoint", "status", "-w", "json")),
        alarms=etcd.alarms(hosts.etcdctl("alarm", "list", "-w", "json")),
        machines={name: _of(machines, name) for name in names},
        authority_keys=frozenset(
            authority
            for authority in {pair.authority for pair in PAIRS.values()}
            if first.run(f"test -s {pki}/{authority}.key").status == 0
        ),
        has_super_admin=first.run("test -e /etc/kubernetes/super-admin.conf").status == 0,
    )


def _of(machines: Mapping[str, Machine | Exception], name: str) -> Machine:
    found = machines[name]
    if isinstance(found, Exception):
        raise found
    return found


def _admin(name: str, first: Session) -> certificates.Certificate:
    """Whose credential admin.conf holds. The text holds a key: what is wrong with it is told without it."""
    try:
        found = kubeconfigs.client_certificate(first.read_secret(ADMIN).reveal().decode())
        if found:
            return certificates.read(found)[0]
    except (kubeconfigs.KubeconfigError, certificates.CertificateError, UnicodeDecodeError) as error:
        raise NotSupportedError(f"{name}: {ADMIN} cannot be read: {error}") from None
    raise NotSupportedError(f"{name}: {ADMIN} holds no client certificate, as kubeadm's does")


def machine(hosts: Hosts, name: str) -> Machine:
    inventory = hosts.inventory
    programs: set[str] = set()
    if name == hosts.first_master:
        programs |= set(PROGRAMS["first"])
    if name in {node.name for node in inventory.balancers}:
        programs |= set(PROGRAMS["balancer"])
    script = _MACHINE.format(
        programs=" ".join(sorted(programs)) or "sh",
        etcd_data=shlex.quote(hosts.layout.etcd_data),
        balancer=CONFIGURATION,
        components=" ".join(COMPONENTS),
    )
    found = _by_word(hosts.fleet[name].check(script).removesuffix("\n").split("\n"))
    return Machine(
        hostname=found["hostname"][0],
        manifests=_manifests(found.get("manifest", ())),
        etcd_data="etcd-data" in found,
        missing=frozenset(found.get("missing", ())),
        images=frozenset(found.get("image", ())),
        free_bytes=int(found["free"][0]),
        listening=frozenset(int(address.rpartition(":")[2]) for address in found.get("listening", ())),
        nginx="\n".join(found.get("nginx", ())) if "nginx" not in found.get("missing", ()) else "",
        nginx_program="".join(found.get("nginx-program", ())),
        stream_module={"": True, None: False}.get(
            balancer.stream_module("\n".join(found.get("nginx", ()))), "stream-module" in found
        ),
        balancer="balancer" in found,
    )


def _by_word(lines: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        found.setdefault(word, []).append(rest)
    return found


def _manifests(lines: Iterable[str]) -> Mapping[str, str]:
    """By component, from lines that begin with it."""
    found: dict[str, str] = {}
    for line in lines:
        component, _, rest = line.partition(" ")
        found[component] = f"{found[component]}{rest}\n" if component in found else ""  # the first line is a heading
    return found


def _lacking(hosts: Hosts, paths: Collection[str]) -> dict[str, frozenset[str]]:
    """By master to be."""
    names = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = hosts.fleet.side_by_side(lambda name: named_files.lacking(hosts.fleet.reader(name), paths), names)
    for answer in found.values():
        if isinstance(answer, Exception):
            raise answer
    return {name: answer for name, answer in found.items() if not isinstance(answer, Exception)}
