"""Which step and which kind a collected case is of, from its markers, and what is wrong with them."""

from collections.abc import Sequence

import pytest

from evidence.case import Case, Kind
from evidence.run import FIRST_STEP, LAST_STEP

CASE = pytest.StashKey[Case]()


def is_step(item: pytest.Item) -> bool:
    return item.get_closest_marker("step") is not None


def fault(item: pytest.Item) -> str | None:
    """Why the item cannot be a case of the runbook, or None; it says what its author should write."""
    where = item.nodeid
    steps = [mark.args for mark in item.iter_markers("step")]
    if len(steps) != 1 or len(steps[0]) != 1 or steps[0][0] not in range(FIRST_STEP, LAST_STEP + 1):
        return f"{where} needs exactly one step: write pytestmark = pytest.mark.step(N), N up to {LAST_STEP}"
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
        item.stash[CASE] = Case(step=mark.args[0], kind=_kinds(item)[0], name=item.name)
    return item.stash[CASE]


def _kinds(item: pytest.Item) -> Sequence[Kind]:
    return [kind for kind in Kind if item.get_closest_marker(kind)]
