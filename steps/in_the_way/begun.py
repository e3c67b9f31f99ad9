"""Which steps have been begun already: what a person took on for one of them is over then, or under way."""

from collections.abc import Callable, Mapping

from changes.seen import Seen
from formats.kubeadm import ROLE
from nodes.inventory import Inventory


def has_begun(step: int, seen: Seen, inventory: Inventory) -> bool:
    """Whether an earlier run has made a change of this step."""
    return _BEGUN[step](seen, inventory)


def _has_members(seen: Seen, _inventory: Inventory) -> bool:
    """On the road `mirror` they are another cluster's at first."""
    return len(seen.members.members) > 1 or bool(seen.mirror)


def _marked(seen: Seen, inventory: Inventory) -> bool:
    """The labels and taints come before the first eviction."""
    new = seen.new_masters(inventory)
    return any(node.name in new and ROLE in node.labels for node in seen.nodes)


def _balanced(seen: Seen, inventory: Inventory) -> bool:
    return any(seen.machines[node.name].balancer for node in inventory.balancers)


# The steps that consents are about.
_BEGUN: Mapping[int, Callable[[Seen, Inventory], bool]] = {2: _has_members, 5: _marked, 6: _balanced}
