"""The order of the cases: settled after every plug-in has had its say, and looked at again before it runs."""

import pytest

from evidence.case import Kind
from evidence.place import Place
from gates.cases import describe
from gates.selection import COLLECTED, WANTED, missing

SETTLED = pytest.StashKey[list[pytest.Item]]()
KINDS = list(Kind)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    config, items = session.config, session.items
    if WANTED not in config.stash:
        return  # the project's own tests, or the way out of a refusal or of a step that cannot be read
    if sentence := missing(config, items) or _reordered(config, items) or _foreign_runner(config):
        raise pytest.UsageError(sentence)
    items.sort(key=_place)
    config.stash[SETTLED] = items.copy()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Before the connections are made: what will run is still what was settled."""
    settled = session.config.stash.get(SETTLED, None)
    if settled is not None and session.items != settled:
        raise pytest.UsageError(
            "a plug-in changed the cases after their order was settled: switch it off with -p no:NAME"
        )


def _place(item: pytest.Item) -> tuple[Place, int]:
    case = describe(item)
    return case.place, KINDS.index(case.kind)  # within these, the file's order: the sort is stable


def _reordered(config: pytest.Config, items: list[pytest.Item]) -> str | None:
    """A plug-in that shuffles cases will find other ways than this one; it has to be off, not sorted away."""
    collected, left = config.stash[COLLECTED], set(items)
    if added := left.difference(collected):
        return f"a plug-in added {added.pop().nodeid}, no case of the runbook: switch it off with -p no:NAME"
    if items != [item for item in collected if item in left]:
        return (
            "a plug-in repeats the cases, or puts them into an order of its own (random order?): switch it "
            "off with -p no:NAME"
        )
    return None


def _foreign_runner(config: pytest.Config) -> str | None:
    """Reruns, forks and remote workers run the cases themselves: a change would run twice, or elsewhere."""
    hooks = config.hook.pytest_runtest_protocol, config.hook.pytest_runtestloop
    for implementation in (found for hook in hooks for found in hook.get_hookimpls()):
        module = implementation.function.__module__
        if not (implementation.wrapper or implementation.hookwrapper or module.startswith(("_pytest.", "gates."))):
            name = implementation.plugin_name
            return f"the plug-in {name} would run the cases its own way: switch it off with -p no:{name}"
    return None
