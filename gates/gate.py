"""The gate: what has failed in a change run holds back what is later: steps, and parts of the same step.

A failed check or trial leaves its sisters running, since each says something of its own; a failed change also
holds back its own gate, which would only repeat the news. An audit looks at everything.
"""

import pytest

from evidence.case import Case, Kind, Outcome
from evidence.place import Place
from evidence.run import Mode
from gates.cases import describe
from gates.ledger import LEDGER
from gates.options import ASKED
from gates.stop import STOP, StoppedError

# Why a case is not run: the only skip that is not a failure.
HELD_BACK = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    config = item.config
    if ASKED not in config.stash:
        return
    failed = config.stash[LEDGER].with_outcome(Outcome.FAILED)
    by = config.stash[STOP].by
    if by and not any(by in case.reason for case in failed):
        raise StoppedError(f"stopped by {by} before this case began")  # one case fails for it: never a green end
    reason = f"stopped by {by}" if by else _shut(failed, describe(item).place, config.stash[ASKED].mode)
    if reason:
        item.stash[HELD_BACK] = reason
        pytest.skip(reason)


def _shut(failed: list[Case], place: Place, mode: Mode) -> str:
    """What shut a gate before `place`; empty while all before it are open, and in audits and plans."""
    for case in failed:
        if mode is Mode.CHANGE and (case.place < place or case.kind is Kind.CHANGE):
            return f"gate closed: step {case.place}: {case.name} failed"
    return ""
