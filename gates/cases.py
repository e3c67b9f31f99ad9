"""Which step, kind and road a collected case is of, from its markers, and what is wrong with them."""

from collections.abc import Sequence

import pytest

from evidence.case import Case, Kind
from evidence.road import Road
from evidence.run import FIRST_STEP, LAST_STEP

CASE = pytest.StashKey[Case]()


def is_step(item: pytest.Item) -> bool:
    return item.get_closest_marker("step") is not None


def fault(item: pytest.Item) -> str | None:
    """Why the item cannot be a case of the runbook, or None; it says what its author should write."""
    where = item.nodeid
    steps = list(item.iter_markers("step"))
    if len(steps) != 1 or len(steps[0].args) != 1 or steps[0].args[0] not in range(FIRST_STEP, LAST_STEP + 1):
        return f"{where} needs exactly one step: write pytestmark = pytest.mark.step(N), N up to {LAST_STEP}"
    if steps[0].kwargs and not _numbers_a_part(steps[0]):
        return f"{where} is of no part of its step: write pytest.mark.step({steps[0].args[0]}, part=N), N from 1"
    roads = [mark.args for mark in item.iter_markers("road")]
    if roads and roads not in [[(road,)] for road in Road]:
        return f"{where} is on no road, or on several: write pytest.mark.road(NAME), NAME {' or '.join(Road)}"
    kinds = _kinds(item)
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none"
        return f"{where} needs exactly one of the markers {', '.join(Kind)}; it has {found}"
    for name in ("skip", "skipif", "xfail"):
        # An empty parameter set is a skip marker too: a check of every worker where nodes.yaml names none.
        if mark := item.get_closest_marker(name):
            why = mark.kwargs.get("reason", "")
            return f"{where} is marked {name} ({why}): a case that does not look proves nothing; take it off"
    if kinds[0] is Kind.CHANGE and hasattr(item, "callspec"):
        return f"{where} would run several times: a change case takes no parameters and no repetition"
    return None


def describe(item: pytest.Item) -> Case:
    """The item as a case that has not run. Only for items without a fault."""
    if CASE not in item.stash:
        mark = item.get_closest_marker("step")
        assert mark is not None
        item.stash[CASE] = Case(
            step=mark.args[0], kind=_kinds(item)[0], name=item.name, part=mark.kwargs.get("part", 0)
        )
    return item.stash[CASE]


def is_on(road: Road, item: pytest.Item) -> bool:
    """Whether the item is a case of a run that takes `road`; without a marker it is one on every road."""
    mark = item.get_closest_marker("road")
    return mark is None or mark.args[0] == road


def _numbers_a_part(step: pytest.Mark) -> bool:
    part = step.kwargs.get("part")
    return list(step.kwargs) == ["part"] and isinstance(part, int) and part > 0


def _kinds(item: pytest.Item) -> Sequence[Kind]:
    return [kind for kind in Kind if item.get_closest_marker(kind)]
