"""Step 5: the masters carry the role's labels and its taint, and no ordinary pods."""

import pytest

from changes.api_objects import Labelled, Tainted
from changes.batch import ToDo, across
from changes.evictions import NoOrdinaryPods
from changes.seen import Seen
from changes.step import CarryOut
from formats.kubeadm import NOT_BALANCED_TO, ROLE
from formats.kubernetes import Taint
from nodes.inventory import Inventory

NO_SCHEDULE = Taint(ROLE, "NoSchedule")


def changes(_seen: Seen, inventory: Inventory) -> ToDo:
    """The taint comes before the evictions, so that what leaves does not come back.

    The first master is among them: on many a cluster of one master somebody took its taint away.
    """
    names = [node.name for node in inventory.masters]
    marks = across(
        [Labelled(name, ROLE), Labelled(name, NOT_BALANCED_TO), Tainted(name, NO_SCHEDULE)] for name in names
    )
    return [*marks, *(NoOrdinaryPods(name, NO_SCHEDULE) for name in names)]


@pytest.fixture
def masters_role(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
