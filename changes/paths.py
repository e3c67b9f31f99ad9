"""The ways between machines that the steps need: who must reach whom, on which port, from which step on."""

from collections.abc import Iterator
from dataclasses import dataclass

from formats import ports
from nodes.inventory import Inventory


@dataclass(frozen=True, order=True)
class Path:
    """source and target are names of nodes."""

    step: int
    source: str
    target: str
    port: int


def wanted(inventory: Inventory, api_port: int) -> tuple[Path, ...]:
    """Every one of them; a node reaches itself by no wire. `api_port` is where each apiserver listens."""
    return tuple(sorted(path for path in set(_all(inventory, api_port)) if path.source != path.target))


def _all(inventory: Inventory, api_port: int) -> Iterator[Path]:
    masters = [node.name for node in inventory.masters]
    for master in masters:
        for other in masters:
            for port in (ports.ETCD_CLIENT, ports.ETCD_PEER):
                yield Path(2, master, other, port)
        for name in inventory.nodes:
            yield Path(3, name, master, api_port)
            yield Path(3, master, name, ports.KUBELET)
    for node in inventory.balancers:
        for name in inventory.nodes:
            yield Path(6, name, node.name, inventory.cluster.endpoint.port)
