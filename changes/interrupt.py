"""Signals that ask to stop wait for the end of the change in hand: a change is never cut in two by its operator."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, a service manager's stop, and the operator's terminal going away.
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedRunError(Exception):
    """The operator asked to stop; the change that was in hand is finished."""


class Deferred:
    """Whether a signal came while the handlers stood aside."""

    def __init__(self) -> None:
        self.name = ""

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.name = signal.Signals(number).name

    def raise_if_any(self, where: str) -> None:
        if self.name:
            raise InterruptedRunError(f"{self.name}: stopped {where}; the same command goes on from there")


@contextmanager
def deferred() -> Iterator[Deferred]:
    """While inside, the signals that ask to stop are noted, not acted on."""
    noted = Deferred()
    # A signal that is ignored stays so: that is what nohup is for.
    heard = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, noted.note) for number in heard}
    try:
        yield noted
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
