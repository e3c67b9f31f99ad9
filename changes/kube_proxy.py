"""kube-proxy's pods, each node's by itself."""

from dataclasses import dataclass

from changes.awaited import Awaited
from formats import ports
from formats.connections import peers
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts, api_places


@dataclass(frozen=True)
class KubeProxyConnected(Awaited):
    """The node's kube-proxy talks to the API at this address and port, and programs what it hears.

    A hostNetwork pod's hosts file is a copy made when the pod starts, so the pod is made anew; its rules stay in
    the kernel in the meantime and no connection is cut.
    """

    node: str
    address: str
    port: int

    deadline = 90.0

    def __str__(self) -> str:
        return f"{self.node}: kube-proxy connected to {self.address}:{self.port}"

    def set_going(self, hosts: Hosts) -> None:
        selectors = ("-l", "k8s-app=kube-proxy", f"--field-selector=spec.nodeName={self.node}")
        hosts.kubectl("-n", "kube-system", "delete", "pods", *selectors, "--wait=false")

    def missing(self, hosts: Hosts) -> str:
        session = hosts.fleet[self.node]
        table = session.check("ss -Htnp state established")
        live = {peer for peer in peers(table, "kube-proxy") if peer in api_places(hosts.inventory)}
        if live != {(self.address, self.port)}:
            return "it is connected to " + (", ".join(f"{a}:{p}" for a, p in sorted(live)) or "no apiserver")
        try:
            health = wire.get(session.dial("127.0.0.1", ports.KUBE_PROXY_HEALTH), "/healthz", "127.0.0.1")
        except (OSError, DialFailed, wire.WireError) as error:
            return f"/healthz on port {ports.KUBE_PROXY_HEALTH}: {error!r}"
        return "" if health.status == 200 else f"/healthz says HTTP {health.status} {health.body.strip()}"
