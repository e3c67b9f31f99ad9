"""The machines that a cluster is to be made of, before they are nodes: one look at all of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_interface

from changes.observe import machine
from changes.seen import Machine
from formats import creation
from formats.layout import Layout
from formats.routes import Interface, Route, parsed
from nodes.first_master import CREATION, RECORD
from nodes.hosts import Hosts
from nodes.session import Session

# Whatever kubeadm, a kubelet or an etcd has left: creation begins where none of it is.
_LOOK = rf"""
for path in /etc/kubernetes/manifests/* /etc/kubernetes/*.conf /etc/kubernetes/pki/* /var/lib/etcd/* \
    /var/lib/kubelet/config.yaml {RECORD}; do
  [ ! -e "$path" ] || echo "sign $path"
done
for path in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist; do [ ! -e "$path" ] || echo "cni $path"; done
for program in kubeadm kubelet flock ip; do command -v "$program" >/dev/null || echo "missing $program"; done
echo "kubeadm $(kubeadm version -o short 2>/dev/null)"
echo "kubelet $(kubelet --version 2>/dev/null | sed 's/^Kubernetes //')"
echo "containerd $(systemctl is-active containerd 2>/dev/null)"
sed -e 1d -e 's/ .*//' -e 's/^/swap /' /proc/swaps
echo "forwarding $(cat /proc/sys/net/ipv4/ip_forward)"
[ ! -e /etc/kubernetes/pki/ca.crt ] || sha256sum < /etc/kubernetes/pki/ca.crt | sed 's/^/ca /'
echo "routes $(ip -json route show | tr -d '\n')"
echo "routes $(ip -json -6 route show | tr -d '\n')"
echo "devices $(ip -json -details address show | tr -d '\n')"
"""

# printf is the shell's own: what it is given stands in no argument list. kubeadm reads no file twice.
_KUBEADM = """
configuration=$(cat)
printf '%s\\n' "$configuration" | kubeadm config validate --config /dev/stdin || exit
printf '%s\\n' "$configuration" | kubeadm config images list --config /dev/stdin
"""


@dataclass(frozen=True)
class Bare:
    """One machine that is to be a node.

    machine    as the steps see every machine
    signs      paths that only a machine has which is a node, or was one
    cni        configurations of pod networks
    missing    programs that kubeadm, or who calls it, needs there
    kubeadm, kubelet   their versions; "" where there is none
    containerd what systemd says of it: "active" where it runs
    swap       what the kernel swaps to
    forwards   whether the kernel forwards packets of IPv4
    ca         digest of the cluster CA's certificate; "" where there is none
    """

    machine: Machine
    signs: tuple[str, ...]
    cni: tuple[str, ...]
    missing: tuple[str, ...]
    kubeadm: str
    kubelet: str
    containerd: str
    swap: tuple[str, ...]
    forwards: bool
    ca: str
    routes: tuple[Route, ...]
    addresses: tuple[Interface, ...]


@dataclass(frozen=True)
class Ground:
    """
    first          where kubeadm init runs
    configuration  what it is to read
    begun          what an earlier run has given to it; "" where none has
    images         what the static pods, DNS and kube-proxy need, by kubeadm's own list
    complaint      why kubeadm does not take the configuration; "" where it does, or where its version is another
    """

    first: str
    configuration: str
    begun: str
    images: tuple[str, ...]
    complaint: str
    bare: Mapping[str, Bare]
    layout: Layout = field(default_factory=Layout)
    """kubeadm's own: what would move any of it is refused in nodes.yaml's file of documents."""

    @property
    def machines(self) -> Mapping[str, Machine]:
        return {name: one.machine for name, one in self.bare.items()}


def survey(hosts: Hosts, wanted: creation.Cluster) -> Ground:
    """What stands now. Raises CommandFailed, ConnectionLost, or what a host's look ended with."""
    first = hosts.inventory.nodes[hosts.first_master]
    configuration = creation.init_configuration(wanted, creation.Node(first.name, first.address))
    found = hosts.fleet.side_by_side(lambda name: _bare(hosts, name), hosts.inventory.nodes)
    bare: dict[str, Bare] = {}
    for name, answer in found.items():
        if isinstance(answer, Exception):
            raise answer
        bare[name] = answer
    images: tuple[str, ...] = ()
    complaint = ""
    if bare[first.name].kubeadm == wanted.version:
        images, complaint = _asked(hosts.first, configuration)
    return Ground(
        first=first.name,
        configuration=configuration,
        begun=hosts.first.check(f"cat {CREATION} 2>/dev/null || true"),
        images=images,
        complaint=complaint,
        bare=bare,
    )


def _asked(session: Session, configuration: str) -> tuple[tuple[str, ...], str]:
    answer = session.run(_KUBEADM, stdin=configuration.encode(), deadline=60)
    if answer.status != 0:
        return (), " ".join((answer.stderr.strip() or answer.stdout.strip()).split())
    return tuple(line for line in answer.stdout.splitlines() if "/" in line), ""


def _bare(hosts: Hosts, name: str) -> Bare:
    found: dict[str, list[str]] = {}
    for line in hosts.fleet[name].check(_LOOK).splitlines():
        word, _, rest = line.partition(" ")
        found.setdefault(word, []).append(rest)
    devices = [one for one in json.loads(found["devices"][0] or "[]") if "ifname" in one]
    table = [one for text in found["routes"] for one in json.loads(text or "[]")]
    return Bare(
        machine=machine(hosts, name),
        signs=tuple(found.get("sign", ())),
        cni=tuple(found.get("cni", ())),
        missing=tuple(found.get("missing", ())),
        kubeadm=found["kubeadm"][0],
        kubelet=found["kubelet"][0],
        containerd=found["containerd"][0] or "unknown",
        swap=tuple(found.get("swap", ())),
        forwards=found["forwarding"][0] == "1",
        ca=found.get("ca", [""])[0].split(" ")[0],
        routes=tuple(parsed(table, devices)),
        addresses=tuple(
            ip_interface(f"{entry['local']}/{entry['prefixlen']}")
            for device in devices
            for entry in device.get("addr_info", ())
            if entry.get("scope") == "global"
        ),
    )
