"""What one machine says of itself, in one script."""

import shlex
from collections.abc import Iterable, Mapping

from changes.etcd_birth import TOKEN
from changes.images import LISTED
from changes.seen import Machine
from formats import balancer
from formats.balancer import CONFIGURATION
from formats.kubeadm import COMPONENTS
from nodes.hosts import Hosts

# What the steps run there; on a worker nothing but the kubelet is taken for granted.
PROGRAMS = {
    "first": ("bash", "flock", "kubectl"),
    "master": ("kubeadm",),
    "balancer": ("nginx",),
}
# Besides, on the road `mirror`.
MIRROR_PROGRAMS = {
    "first": ("awk", "cmp", "comm", "ctr", "paste", "ss", "systemd-run", "xargs"),
    "new": ("awk", "ctr", "split"),
}

_MACHINE = r"""
uname -n | sed 's/^/hostname /'
for component in {components}; do
  manifest=/etc/kubernetes/manifests/$component.yaml
  [ ! -e "$manifest" ] || {{ echo "manifest $component "; sed -e "s/^/manifest $component /" -e '$a\' "$manifest"; }}
done
[ ! -e {etcd_data}/member ] || echo etcd-data
for kept in {etcd_data}/member.of-*; do [ ! -e "$kept" ] || echo "old-etcd $kept"; done
[ ! -e {etcd_token} ] || sed 's/^/etcd-token /' {etcd_token}
for program in {programs}; do command -v "$program" >/dev/null || echo "missing $program"; done
{images} | sed 's/^/image /'
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


def machine(hosts: Hosts, name: str) -> Machine:
    inventory = hosts.inventory
    programs: set[str] = set()
    if name == hosts.first_master:
        programs |= set(PROGRAMS["first"])
    if name in {node.name for node in inventory.masters}:
        programs |= set(PROGRAMS["master"])
        if inventory.cluster.etcd == "mirror":
            programs |= set(MIRROR_PROGRAMS["first" if name == hosts.first_master else "new"])
    if name in {node.name for node in inventory.balancers}:
        programs |= set(PROGRAMS["balancer"])
    script = _MACHINE.format(
        programs=" ".join(sorted(programs)) or "sh",
        etcd_data=shlex.quote(hosts.layout.etcd_data),
        etcd_token=TOKEN,
        images=LISTED,
        balancer=CONFIGURATION,
        components=" ".join(COMPONENTS),
    )
    found = by_word(hosts.fleet[name].check(script).removesuffix("\n").split("\n"))
    return Machine(
        hostname=found["hostname"][0],
        manifests=_manifests(found.get("manifest", ())),
        etcd_data="etcd-data" in found,
        old_etcd=tuple(found.get("old-etcd", ())),
        etcd_token="".join(found.get("etcd-token", ())),
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


def by_word(lines: Iterable[str]) -> Mapping[str, list[str]]:
    """What follows each line's first word, by that word."""
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
