"""Which cases of the runbook a run is made of, and that it is made of all of them.

The whole folder is always collected, and the cases of other roads than the one that nodes.yaml takes are left
aside: a run is not made of them. What all plug-ins together leave of the others must be what the mode, --to and
what was named leave; in an audit less is allowed, and said at the end.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from evidence.case import Case, Kind
from evidence.place import Place
from evidence.road import Road
from evidence.run import END, FIRST_STEP, Mode
from gates.cases import describe, fault, is_on, is_step
from gates.options import ASKED, Asked

ROAD = pytest.StashKey[Road]()  # the one that nodes.yaml takes
COLLECTED = pytest.StashKey[list[pytest.Item]]()  # every case of the runbook, in the order of its files
TAKEN = pytest.StashKey[list[pytest.Item]]()  # those on the road that is taken: what the gates are made of
WANTED = pytest.StashKey[list[pytest.Item]]()  # those of them that the mode, --to and what was named leave


def pytest_itemcollected(item: pytest.Item) -> None:
    item.config.stash.setdefault(COLLECTED, []).append(item)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if ASKED not in config.stash:
        if steps := [item for item in items if is_step(item)]:
            raise pytest.UsageError(
                f"{steps[0].nodeid} is a step of the runbook and needs to know the nodes: "
                "pytest runbook/ --nodes=nodes.yaml; the project's own tests: pytest"
            )
        return
    if session.testsfailed:
        return  # a step that cannot be read: pytest says which, and runs nothing
    asked = config.stash[ASKED]
    collected = config.stash.get(COLLECTED, [])
    if sentence := _fault(asked, collected):
        raise pytest.UsageError(sentence)
    taken = config.stash[TAKEN] = [item for item in collected if is_on(config.stash[ROAD], item)]
    if sentence := _no_such_part(asked, taken, config.stash[ROAD]) or _incomplete(asked, taken):
        raise pytest.UsageError(sentence)
    kept = [item for item in items if item in taken and _wanted(asked, item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    config.stash[WANTED] = kept


def missing(config: pytest.Config, items: list[pytest.Item]) -> str | None:
    """Why `items`, after every plug-in, are not what this run must be made of; None when they are."""
    if config.stash[ASKED].mode is Mode.AUDIT:
        return None if items else "no check is left to run: an audit that looks at nothing would be green"
    left_out = [item.nodeid for item in config.stash[WANTED] if item not in items]
    if left_out:
        return (
            f"a change run takes every case, and something left out {left_out[0]} and {len(left_out) - 1} "
            "more: narrow it with --to N, or look only with -m verify"
        )
    return None


def _wanted(asked: Asked, item: pytest.Item) -> bool:
    case = describe(item)
    if case.place > asked.to or (asked.mode is Mode.PLAN and case.kind is not Kind.CHANGE):
        return False
    return not asked.named or any(_is_part(item.nodeid, name) for name in asked.named)


def _fault(asked: Asked, collected: list[pytest.Item]) -> str | None:
    for item in collected:
        if sentence := fault(item):
            return sentence
    twice = [name for name, count in Counter(item.nodeid for item in collected).items() if count > 1]
    if twice:
        return f"{twice[0]} was collected more than once: leave out what repeats it"
    files = {item.path for item in collected}
    for path in sorted(asked.runbook.glob("test_*.py")):
        if path not in files:
            return f"{path.name} gave no case: something ignores it, or it skips itself; all steps take part"
    for name in asked.named:
        if not any(_is_part(item.nodeid, name) for item in collected):
            return f"{name}: the runbook has no case of this name; --collect-only lists those it has"
    return None


def _no_such_part(asked: Asked, taken: list[pytest.Item], road: Road) -> str | None:
    step = Place(asked.to.step)
    parts = sorted({case.place for case in map(describe, taken) if case.part and case.place in step})
    if not asked.to.part or asked.to in parts:
        return None
    if not parts:
        return f"--to {asked.to}: with `etcd: {road}` step {step} has no parts: write --to {step}"
    return f"--to {asked.to}: step {step} has the parts {parts[0]} to {parts[-1]}: write one of them, or --to {step}"


def _incomplete(asked: Asked, taken: list[pytest.Item]) -> str | None:
    """An audit is of all seven gates, whatever part of it is asked for; a change run is of the steps up to --to."""
    audit = asked.mode is Mode.AUDIT
    cases = list(map(describe, taken))
    for place in _places(cases, END if audit else asked.to):
        present = {case.kind for case in cases if case.place in place}
        for kind in (Kind.VERIFY,) if audit else (Kind.CHANGE, Kind.VERIFY):
            if kind not in present:
                return f"step {place} has no {kind} case: a step without its change or its gate is not run"
    return None


def _places(cases: list[Case], to: Place) -> Iterator[Place]:
    """The steps up to `to`, and all their parts up to the highest: one that is left out in between is missing."""
    for step in range(FIRST_STEP, to.step + 1):
        yield Place(step)
        for part in range(1, max((case.part for case in cases if case.step == step), default=0) + 1):
            yield Place(step, part)


def _is_part(nodeid: str, name: str) -> bool:
    return nodeid == name or nodeid.startswith((f"{name}::", f"{name}[", f"{name}/"))
