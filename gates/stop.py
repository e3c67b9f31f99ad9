"""Ctrl-C and SIGTERM end the case in hand, not the run: the rest is held back, and the report is whole.

While changes are made the executor holds these signals itself, to the end of the change in hand.
"""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import pytest

from gates.options import ASKED

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """The operator's wish, raised inside a case. Not an Exception, lest somebody take it for a host's."""


class Stop:
    """A signal handler. `by` is the signal's name once it came."""

    def __init__(self) -> None:
        self.by = ""
        self.inside = False
        self._begun = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self.by or not self._begun:
            raise KeyboardInterrupt  # asked twice, or nothing has been done yet
        self.by = signal.Signals(number).name
        if self.inside:
            raise StoppedError(f"stopped by {self.by}")

    @contextmanager
    def watching(self) -> Generator[None]:
        self._begun = self.inside = True
        try:
            yield
        finally:
            self.inside = False


STOP = pytest.StashKey[Stop]()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    if ASKED not in session.config.stash:
        return (yield)
    stop = session.config.stash[STOP] = Stop()
    former = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        return (yield)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _watched(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _watched(item))


def _watched(item: pytest.Item) -> Generator[None, object, object]:
    stop = item.config.stash.get(STOP, None)
    if stop is None:
        return (yield)
    with stop.watching():
        return (yield)
