"""The ways between machines: etcd's, to apiservers and kubelets, to the balancer."""

from collections.abc import Iterator
from functools import partial

from changes.before import Before
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal


def _closed(step: int, seen: Before, inventory: Inventory) -> Iterator[str]:
    """One sentence for two ends: a firewall between them is one thing to mend."""
    by_ends: dict[tuple[str, str, str], list[int]] = {}
    for path, said in sorted(seen.closed.items()):
        if path.step == step:
            by_ends.setdefault((path.source, path.target, said), []).append(path.port)
    for (source, target, said), ports in by_ends.items():
        address = inventory.nodes[target].address
        them = " and ".join(map(str, ports))
        if "AllowTcpForwarding" in said:
            yield f"{source}: the way to {target} ({address}) port {them} cannot be tried: {said}: allow it there"
        else:
            yield (
                f"{source}: no way to {target} ({address}) port {them}: {said}: let it through, in the firewalls of"
                " both and between them (a refused connection would have done)"
            )


REFUSALS = tuple(
    Refusal(step, what, why, partial(_closed, step))
    for step, what, why in (
        (2, "no way from one master to another's 2379 and 2380", "etcd's members talk to each other there"),
        (
            3,
            "no way from a node to a master's apiserver, or from a master to a node's kubelet",
            "each apiserver serves all",
        ),
        (6, "no way from a node to the balancer's port", "every client is to use it"),
    )
)
