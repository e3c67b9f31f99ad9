"""One run at a time: a lock on the first master that lives exactly as long as its operator does.

A process there holds an flock and reads heartbeats over the SSH channel; the operator's end sends them.
Whatever becomes of the operator (killed, cut off, asleep), the lock is free again without anybody's help: at
once where the connection closes, after HEARTBEATS_STOP seconds of silence where it doesn't.
"""

import contextlib
import json
import os
import shlex
import socket
import threading
import uuid
from dataclasses import dataclass

import paramiko

from nodes.commands import ConnectionLost
from nodes.session import Session

PATH = "/run/kubeadm-ha.lock"
HEARTBEAT_SECONDS = 5.0
HEARTBEATS_STOP = 30
_ANSWER_SECONDS = 10.0
# A run that was killed a moment ago may still hold it; its own former hold, cut off without a word, may last
# until its heartbeats have been missing for long enough.
_WAIT_SECONDS = 3
_OWN_WAIT_SECONDS = HEARTBEATS_STOP + 10

# The file keeps its inode, for a lock on a removed file locks nobody out; what stands in it is for people and
# for LockHeld. bash, because `read -t` is not in every sh.
_SCRIPT = r"""
exec 9>>"$1" || exit
if ! flock -w "$2" 9; then echo "held $(cat "$1")"; exit 0; fi
printf '%s' "$3" | sed "s/@SINCE@/$(date -u +%FT%TZ)/" > "$1"
echo taken
while read -r -t "$4" beat; do echo "$beat"; done
: > "$1"
"""


class LockHeld(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """Another run holds the lock; str() says who, since when, from where."""

    def __init__(self, holder: "Holder") -> None:
        super().__init__(
            f"{holder.who} is running this since {holder.since} from {holder.origin}: wait for that run to end, or "
            f"stop it there; the lock ({PATH} on the first master) is free within {HEARTBEATS_STOP} s after it is gone"
        )
        self.holder = holder


class LockLost(Exception):  # noqa: N818
    """The lock could not be taken again after the connection was lost: nothing more may be changed."""


@dataclass(frozen=True)
class Holder:
    """What a lock file says: who, from which machine and process, since when (UTC), in which run."""

    who: str
    origin: str
    since: str
    run: str


class Lock:
    """A lock that is held. `Lock.take` makes it; heartbeats are sent until `release`."""

    def __init__(self, session: Session, who: str) -> None:
        self._session = session
        self._who = who
        self._run = uuid.uuid4().hex
        self._turn = threading.RLock()
        self._stopped = threading.Event()
        self._channel: paramiko.Channel | None = None
        self._count = 0
        self._heart = threading.Thread(target=self._beat, name="lock heartbeat", daemon=True)

    @classmethod
    def take(cls, session: Session, who: str) -> "Lock":
        """Take the lock on the session's host for `who`. Raises LockHeld, ConnectionLost."""
        lock = cls(session, who)
        lock._acquire(_WAIT_SECONDS)
        lock._heart.start()
        return lock

    def still_held(self) -> bool:
        """Whether the process on the host answers, now: it lives only as long as it holds the lock."""
        with self._turn:
            if self._channel is None:
                return False
            self._count += 1
            try:
                self._channel.sendall(f"{self._count}\n".encode())
                answer = _line(self._channel)
            except (OSError, paramiko.SSHException, EOFError):
                answer = ""
            if answer == str(self._count):
                return True
            self._channel.close()
            self._channel = None
            return False

    def ensure(self) -> None:
        """Before every change: held still, or taken again after a reconnect. Raises LockLost."""
        with self._turn:
            if self.still_held():
                return
            try:
                self._acquire_again()
            except (LockHeld, ConnectionLost) as error:
                raise LockLost(
                    f"the lock on {self._session.name} was lost, nothing more is changed: {error}"
                ) from error

    def release(self) -> None:
        """Give the lock back. Quiet where the host is gone: the lock ends by itself then."""
        self._stopped.set()
        with self._turn:
            channel, self._channel = self._channel, None
            if channel is not None:
                with contextlib.suppress(OSError, paramiko.SSHException, EOFError):
                    channel.shutdown_write()
                    channel.status_event.wait(_ANSWER_SECONDS)
                channel.close()
        if self._heart.is_alive() and self._heart is not threading.current_thread():
            self._heart.join(_ANSWER_SECONDS)

    def _beat(self) -> None:
        while not self._stopped.wait(HEARTBEAT_SECONDS):
            self.still_held()

    def _acquire_again(self) -> None:
        try:
            self._acquire(_WAIT_SECONDS)
        except LockHeld as error:
            if error.holder.run != self._run:
                raise
            self._acquire(_OWN_WAIT_SECONDS)

    def _acquire(self, wait: int) -> None:
        words = [PATH, str(wait), self._told(), str(HEARTBEATS_STOP)]
        channel = self._session.start(shlex.join(["exec", "bash", "-c", _SCRIPT, "kubeadm-ha-lock", *words]))
        channel.settimeout(wait + _ANSWER_SECONDS)
        try:
            answer = _line(channel)
        except (OSError, paramiko.SSHException, EOFError):
            answer = ""
        if answer == "taken":
            channel.settimeout(_ANSWER_SECONDS)
            self._channel = channel
            return
        said = channel.recv_stderr(2000).decode(errors="replace").strip() if channel.recv_stderr_ready() else ""
        channel.close()
        if answer.startswith("held"):
            raise LockHeld(_holder(answer.removeprefix("held").strip()))
        raise ConnectionLost(f"{self._session.name}: the lock {PATH} was not taken: {said or 'no answer'}")

    def _told(self) -> str:
        origin = f"{socket.gethostname()} (pid {os.getpid()})"
        return json.dumps({"who": self._who, "origin": origin, "since": "@SINCE@", "run": self._run})


def _line(channel: paramiko.Channel) -> str:
    """What the process on the host says next; "" where it has ended. Raises TimeoutError."""
    line = b""
    while not line.endswith(b"\n"):
        byte = channel.recv(1)
        if not byte:
            return ""
        line += byte
    return line.decode(errors="replace").strip()


def _holder(text: str) -> Holder:
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):  # taken a moment ago, or written by hand
        return Holder("somebody", "an unknown machine", "a moment ago", "")
