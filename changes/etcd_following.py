"""How far the mirror has come, as seen from outside: `make-mirror` itself counts what it has sent, and no more."""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from changes.etcd_keys import unlike
from formats import etcd
from nodes.hosts import Hosts
from nodes.waiting import HEARTBEAT_SECONDS, POLL_SECONDS, NeverCameError

log = logging.getLogger("runbook")

# A mirror that brings the two no nearer for so long is dead, whatever its unit says.
STILL_SECONDS = 60.0
# Once it has caught up, what differs is nothing that it would still bring.
STUCK_SECONDS = 10.0
# A key of ours shows how far behind it is; near enough for the switch, whose fence stands while the rest is copied.
MARK = "/kubeadm-ha-mirror"
MARK_SECONDS = 3600  # then it goes by itself, should nobody be there to take it away
MARKS = 10
NEAR_SECONDS = 2.0
LOOKS = 4


class MirrorEndedError(Exception):
    """It has ended, or might as well have; str() says what is known of it."""


@dataclass(frozen=True)
class Seen:
    """How far the two are from being equal. `state` is another one whenever something has been copied."""

    done: bool
    state: object
    told: str


@dataclass(frozen=True)
class Following:
    """A mirror from the first master's etcd into the last of `target`, until both hold the same.

    `ended` says why it has ended, and nothing as long as it runs.
    """

    hosts: Hosts
    target: tuple[str, ...]
    ended: Callable[[], str]

    def through(self) -> None:
        """Return once it has caught up. Raises MirrorEndedError, and NeverCameError where it never will."""
        self._copied()
        self._caught_up()
        self._equal()

    def _copied(self) -> None:
        """Return once the new cluster has as many keys as the old etcd."""
        began, first = time.monotonic(), self.extents()[1].keys

        def look() -> Seen:
            old, new = self.extents()
            rate = (new.keys - first) / max(time.monotonic() - began, 1.0)
            rest = f", {(old.keys - new.keys) / rate:.0f} s left" if rate > 0 else ""
            told = f"{new.keys} of {old.keys} keys, {rate:.0f} a second{rest}"
            return Seen(done=new.keys >= old.keys, state=new.keys, told=told)

        self._until(look)

    def _caught_up(self) -> None:
        """Return once what is written to the old etcd is in the new cluster a moment later.

        What was written during the copy is copied behind it, in the order in which it was written: a key that is put
        now arrives when all of that has. Raises NeverCameError where more is written than is copied.
        """
        for _ in range(MARKS):
            mark, began = secrets.token_hex(8), time.monotonic()

            def look(mark: str = mark, began: float = began) -> Seen:
                behind = time.monotonic() - began
                told = f"every key is there, and what was written since is copied: {behind:.0f} s behind"
                there = self._on_target("get", "--print-value-only", MARK).strip() == mark
                return Seen(done=there, state=self.extents()[1].revision, told=told)

            granted = self.hosts.etcdctl("lease", "grant", f"{MARK_SECONDS}", on=self.hosts.first_master).split()[1]
            self.hosts.etcdctl("put", f"--lease={granted}", MARK, mark, on=self.hosts.first_master)
            try:
                self._until(look)
            finally:
                self.hosts.etcdctl("lease", "revoke", granted, on=self.hosts.first_master)
            if (behind := time.monotonic() - began) <= NEAR_SECONDS:
                return
        raise NeverCameError(
            f"the mirror is {behind:.0f} s behind still: more is written to the old etcd than is copied; run the same"
            " command again when less is"
        )

    def _equal(self) -> None:
        def look() -> Seen:
            found = lasting(self.hosts, self.target)
            return Seen(done=not found, state=found, told=f"not equal yet: {told(found)}")

        self._until(look, STUCK_SECONDS)

    def _until(self, look: Callable[[], Seen], still: float = STILL_SECONDS) -> None:
        """Raises MirrorEndedError where it has ended, or has brought the two no nearer for too long."""
        state: object = None
        moved = spoken = time.monotonic()
        while True:
            ended, seen = self.ended(), look()
            if ended:
                raise MirrorEndedError(ended)
            if seen.done:
                return
            now = time.monotonic()
            if seen.state != state:
                state, moved = seen.state, now
            if now - moved > still:
                raise MirrorEndedError(f"nothing has moved for {still:g} s: {seen.told}")
            if now - spoken >= HEARTBEAT_SECONDS:
                spoken = now
                log.info("mirroring · %s", seen.told)
            time.sleep(POLL_SECONDS)

    def extents(self) -> tuple[etcd.Extent, etcd.Extent]:
        """Of the old etcd, and of the member that the mirror writes to."""
        asked = ("get", "", "--from-key", "--count-only", "-w", "fields")
        old, new = self.hosts.etcdctl(*asked, on=self.hosts.first_master), self._on_target(*asked)
        return etcd.extent(old), etcd.extent(new)

    def _on_target(self, *arguments: str) -> str:
        tools = self.hosts.etcd_tools.of(self.hosts.first)
        return self.hosts.first.check(tools.etcdctl(*arguments, endpoints=self.target[-1:]))


def lasting(hosts: Hosts, target: Sequence[str]) -> frozenset[str]:
    """Keys that differ, and go on doing so with the same value for some seconds; each with a digest behind it.

    What is on its way is another value when it is looked at again, or equal.
    """
    left = unlike(hosts, target)
    for _ in range(LOOKS - 1):
        if not left:
            break
        time.sleep(1.0)
        left &= unlike(hosts, target)
    return left


def told(found: frozenset[str]) -> str:
    keys = sorted({key.rpartition(" ")[0] for key in found})
    named = keys[:5]
    return ", ".join(named) + (f" and {len(keys) - len(named)} more" if len(keys) > len(named) else "")
