"""Carries a step's list out, or only looks at it."""

import logging
import time
from collections.abc import Sequence
from typing import Protocol

from changes.change import Change, Look
from changes.interrupt import deferred
from nodes.hosts import Hosts

log = logging.getLogger("runbook")


class Listener(Protocol):
    """Who is told what happens to each change, as it happens."""

    def already(self, change: Change) -> None: ...

    def doing(self, change: Change, look: Look) -> None: ...

    def done(self, change: Change, seconds: float) -> None: ...

    def failed(self, change: Change, error: str) -> None: ...


def execute(changes: Sequence[Change], hosts: Hosts, listener: Listener) -> list[str]:
    """Carry `changes` out in their order and return what stands in the way, as sentences; empty when all is so.

    Each change is looked at, done where it is not so, and looked at again. An error from doing is not an answer
    (the member may have been promoted although the client timed out): the second look is. The first change that is
    not so after its deed ends the list, since what follows it counts on it.

    Raises InterruptedRunError at the end of the change in hand, LockLost before the next one.
    """
    with deferred() as interrupt:
        for change in changes:
            before = _look(change, hosts)
            interrupt.raise_if_any(f"before “{change}”")
            if before.so:
                listener.already(change)
                continue
            if hosts.lock is None:
                raise AssertionError(f"{change}: a change without the lock")
            listener.doing(change, before)
            start = time.monotonic()
            sentence = _do(change, hosts)
            if sentence:
                listener.failed(change, sentence)
                return [sentence]
            listener.done(change, time.monotonic() - start)
            interrupt.raise_if_any(f"after “{change}”")
    return []


def _look(change: Change, hosts: Hosts) -> Look:
    """A look that counts: between it and the deed nobody else has had the lock."""
    if hosts.lock is None:
        return change.look(hosts)
    while True:
        hosts.lock.ensure()
        look = change.look(hosts)
        if hosts.lock.still_held():
            return look


def _do(change: Change, hosts: Hosts) -> str:
    """Why the change is still not so after its deed; empty when it is."""
    why = ""
    try:
        change.do(hosts)
    except Exception as error:  # the look that follows decides; the error is told with it
        log.warning("%s: %s: %s", change, type(error).__name__, error)
        why = f" ({type(error).__name__}: {error})"
    try:
        after = _look(change, hosts)
    except Exception as error:
        return f"{change}: not known whether it is so: {type(error).__name__}: {error}{why}"
    return "" if after.so else f"{change}: still not so: {after.seen}{why}"


def plan(changes: Sequence[Change], hosts: Hosts) -> list[tuple[Change, Look]]:
    """What `execute` would find, change by change, with nothing done."""
    return [(change, change.look(hosts)) for change in changes]
