"""Carries a step's list out, or only looks at it."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from changes.batch import Batch, ToDo, batches
from changes.change import Change, Look
from changes.interrupt import deferred
from nodes.fleet import side_by_side
from nodes.hosts import Hosts

T = TypeVar("T")

log = logging.getLogger("runbook")


class Listener(Protocol):
    """Who is told what happens to each change, as it happens."""

    def already(self, change: Change) -> None: ...

    def doing(self, change: Change, look: Look) -> None: ...

    def done(self, change: Change, seconds: float) -> None: ...

    def failed(self, change: Change, error: str) -> None: ...


def execute(todo: ToDo, hosts: Hosts, listener: Listener) -> list[str]:
    """Carry `todo` out in its order and return what stands in the way, as sentences; empty when all is so.

    Each change is looked at, done where it is not so, and looked at again. An error from doing is not an answer
    (the member may have been promoted although the client timed out): the second look is. The first change that is
    not so after its deed ends the list, since what follows it counts on it; those of its batch are done beside it.

    Raises InterruptedRunError at the end of the batch in hand, LockLost before the next one.
    """
    with deferred() as interrupt:
        for batch in batches(todo):
            looks = _looks(batch, hosts)
            interrupt.raise_if_any(f"before “{batch}”")
            left = [change for change in batch.changes if not _seen(looks, change).so]
            for change in batch.changes:
                if change not in left:
                    listener.already(change)
            if not left:
                continue
            if hosts.lock is None:
                raise AssertionError(f"{batch}: a change without the lock")
            for change in left:
                listener.doing(change, _seen(looks, change))
            sentences = _do(Batch(tuple(left)), hosts, listener)
            if sentences:
                return sentences
            interrupt.raise_if_any(f"after “{batch}”")
    return []


def plan(todo: ToDo, hosts: Hosts) -> list[tuple[Change, Look]]:
    """What `execute` would find, change by change, with nothing done."""
    found: list[tuple[Change, Look]] = []
    for batch in batches(todo):
        looks = _looks(batch, hosts)
        found += [(change, _seen(looks, change)) for change in batch.changes]
    return found


def _looks(batch: Batch, hosts: Hosts) -> Mapping[str, Look | Exception]:
    """By node. They count: between them and the deed nobody else has had the lock."""
    while True:
        if hosts.lock is not None:
            hosts.lock.ensure()
        looks = _each(batch, lambda change: change.look(hosts))
        if hosts.lock is None or hosts.lock.still_held():
            return looks


def _seen(looks: Mapping[str, Look | Exception], change: Change) -> Look:
    look = looks[change.node]
    if isinstance(look, Exception):
        raise look
    return look


def _each(batch: Batch, work: Callable[[Change], T]) -> Mapping[str, T | Exception]:
    """`work` for every change of the batch, by node; what it raises is that node's answer."""
    by_node = {change.node: change for change in batch.changes}
    return side_by_side(lambda name: work(by_node[name]), by_node)


def _do(batch: Batch, hosts: Hosts, listener: Listener) -> list[str]:
    """Why changes are still not so after their deeds; empty when all are."""
    start = time.monotonic()
    errors = _each(batch, lambda change: change.do(hosts))
    looks: Mapping[str, Look | Exception]
    try:
        looks = _looks(batch, hosts)
    except Exception as error:
        looks = dict.fromkeys(errors, error)
    sentences: list[str] = []
    for change in batch.changes:
        failure, look = errors[change.node], looks[change.node]
        if failure:  # the look decides; the failure is told with it
            log.warning("%s: %s: %s", change, type(failure).__name__, failure)
        if isinstance(look, Look) and look.so:
            listener.done(change, time.monotonic() - start)
            continue
        if isinstance(look, Look):
            sentence = f"{change}: still not so: {look.seen}"
        else:
            sentence = f"{change}: not known whether it is so: {type(look).__name__}: {look}"
        sentences.append(sentence + (f" ({type(failure).__name__}: {failure})" if failure else ""))
        listener.failed(change, sentences[-1])
    return sentences
