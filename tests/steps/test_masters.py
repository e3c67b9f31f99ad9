"""Step 5: labels and taint first, evictions after."""

from changes.api_objects import Labelled, Tainted
from changes.evictions import NoOrdinaryPods
from changes.seen import Seen
from formats.kubernetes import Taint
from steps import masters
from tests.steps import states
from tests.steps.states import contents, every_state, listed, table

EXPECTED = """\
shaolin: label node-role.kubernetes.io/control-plane
wudang: label node-role.kubernetes.io/control-plane
emei: label node-role.kubernetes.io/control-plane
shaolin: label node.kubernetes.io/exclude-from-external-load-balancers
wudang: label node.kubernetes.io/exclude-from-external-load-balancers
emei: label node.kubernetes.io/exclude-from-external-load-balancers
shaolin: taint node-role.kubernetes.io/control-plane:NoSchedule
wudang: taint node-role.kubernetes.io/control-plane:NoSchedule
emei: taint node-role.kubernetes.io/control-plane:NoSchedule
shaolin: no ordinary pods
wudang: no ordinary pods
emei: no ordinary pods
"""


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(masters, seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(listed(masters, states.fresh(), states.inventory()))


def test_all_taints_stand_before_the_first_eviction() -> None:
    """What leaves one master must land on none."""
    kinds = [type(one) for one in listed(masters, states.fresh(), states.inventory())]
    assert kinds.index(NoOrdinaryPods) == len(kinds) - 3
    assert set(kinds[:-3]) == {Labelled, Tainted}


def test_evicted_is_what_the_taint_would_not_let_in() -> None:
    taint = Taint("node-role.kubernetes.io/control-plane", "NoSchedule")
    changes = listed(masters, states.fresh(), states.inventory())
    assert {one.taint for one in changes if isinstance(one, Tainted | NoOrdinaryPods)} == {taint}


def test_every_master_is_covered_the_first_included() -> None:
    """On many a cluster of one master somebody took its taint away."""
    changes = listed(masters, states.fresh(), states.inventory())
    assert [one.node for one in changes if isinstance(one, NoOrdinaryPods)] == ["shaolin", "wudang", "emei"]
