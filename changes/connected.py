"""Whom a node's own clients of the API talk to: the kubelet and kube-proxy.

Looked at on the wire and not in a file: either holds on to the connection that it has until it is started again,
whatever its kubeconfig says.
"""

from dataclasses import dataclass
from typing import ClassVar

from changes.awaited import Awaited
from formats import ports
from formats.connections import peers
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts


@dataclass(frozen=True)
class _Connected(Awaited):
    """The process's live connections to an apiserver all end at this address and port."""

    node: str
    address: str
    port: int

    process: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.node}: {self.process} connected to {self.address}:{self.port}"

    def missing(self, hosts: Hosts) -> str:
        table = hosts.fleet[self.node].check("ss -Htnp state established")
        live = {peer for peer in peers(table, self.process) if peer in hosts.api_places}
        if live == {(self.address, self.port)}:
            return ""
        return "it is connected to " + (", ".join(f"{a}:{p}" for a, p in sorted(live)) or "no apiserver")


class KubeletConnected(_Connected):
    """The kubelet's. Restarting it leaves the containers alone."""

    process = "kubelet"
    deadline = 60.0

    def set_going(self, hosts: Hosts) -> None:
        hosts.fleet[self.node].check("systemctl restart kubelet", deadline=90)


class KubeProxyConnected(_Connected):
    """kube-proxy's, which programs what it hears.

    A hostNetwork pod's hosts file is a copy made when the pod starts, so the pod is made anew; its rules stay in
    the kernel in the meantime and no connection is cut.
    """

    process = "kube-proxy"
    deadline = 90.0

    def set_going(self, hosts: Hosts) -> None:
        selectors = ("-l", "k8s-app=kube-proxy", f"--field-selector=spec.nodeName={self.node}")
        hosts.kubectl("-n", "kube-system", "delete", "pods", *selectors, "--wait=false")

    def missing(self, hosts: Hosts) -> str:
        if elsewhere := super().missing(hosts):
            return elsewhere
        try:
            channel = hosts.fleet[self.node].dial("127.0.0.1", ports.KUBE_PROXY_HEALTH)
            health = wire.get(channel, "/healthz", "127.0.0.1")
        except (OSError, DialFailed, wire.WireError) as error:
            return f"/healthz on port {ports.KUBE_PROXY_HEALTH}: {error!r}"
        return "" if health.status == 200 else f"/healthz says HTTP {health.status} {health.body.strip()}"
