"""The side that reads: a session that refuses every command which is not among those that only look."""

import re
import secrets
from collections.abc import Sequence

import paramiko

from nodes.allowed import cleared
from nodes.commands import CommandFailed, Result, shown
from nodes.grammar import NotPlainError
from nodes.session import Session


class ReadRefused(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """The reading side was asked for a command that is not among those that only look. Nothing was sent."""


class Reader:
    """What checks look through, in change runs and in audits alike.

    A check that would have to write therefore fails the first time it runs, and an audit cannot change
    anything.
    """

    def __init__(self, session: Session) -> None:
        self.name = session.name
        self._session = session

    def run(self, command: str, *, deadline: float = 30.0) -> Result:
        """Run an allowed command, whatever its status. `deadline` is in seconds.

        Raises ReadRefused, ConnectionLost, DeadlinePassed.
        """
        return self._session.run(self._cleared(command), deadline=deadline)

    def check(self, command: str, *, deadline: float = 30.0) -> str:
        """The stdout of an allowed command. Raises CommandFailed unless its status is 0, and as `run` does."""
        return self._session.check(self._cleared(command), deadline=deadline)

    def dial(self, address: str, port: int, timeout: float = 5.0) -> paramiko.Channel:
        """A TCP connection that this host opens, as Session.dial has it."""
        return self._session.dial(address, port, timeout)

    def run_all(self, commands: Sequence[str], *, deadline: float = 10.0) -> list[Result]:
        """Run allowed commands one after the other in one round trip; a result for each, whatever its status.

        `deadline`, in seconds, is each command's own: one that does not end in time is ended with status 124,
        and the next one runs. Raises ReadRefused before anything is sent, ConnectionLost, DeadlinePassed,
        CommandFailed.
        """
        if not commands:
            return []
        texts = [self._cleared(command) for command in commands]
        # What ends each output is told to the shell over stdin. So it stands in no argument list, and nothing
        # that a command prints, not even the list of all processes, can be taken for it.
        token = secrets.token_hex(16)
        script = "\n".join((_BEGINNING, *(f"{_bounded(text, deadline)}\n{_END}" for text in texts)))
        whole = self._session.run(script, stdin=f"{token}\n".encode(), deadline=deadline * len(texts) + 5)
        out = re.split(rf"\n{token} ([0-9]+)\n", whole.stdout)
        err = whole.stderr.split(f"\n{token}\n")
        if len(out) != 2 * len(texts) + 1 or len(err) != len(texts) + 1:
            asked = shown("; ".join(texts))
            raise CommandFailed(self.name, asked, whole.status, "", err[-1] or "the shell ended before its commands")
        return [
            Result(self.name, command, int(out[2 * at + 1]), out[2 * at], err[at])
            for at, command in enumerate(commands)
        ]

    def _cleared(self, command: str) -> str:
        try:
            return cleared(command)
        except NotPlainError as error:
            refusal = f"{self.name}: the reading side does not run `{shown(command)}`: {error}"
            raise ReadRefused(refusal) from None


_BEGINNING = "read -r token\nexec </dev/null"
_END = r"""status=$?; printf '\n%s %s\n' "$token" "$status"; printf '\n%s\n' "$token" >&2"""


def _bounded(command: str, seconds: float) -> str:
    """The command under coreutils' timeout. `command` is the shell's own, and over at once."""
    if command.startswith("command "):
        return command
    assignment, _, rest = command.partition(" ") if command.startswith("ETCDCTL_API=") else ("", "", command)
    return f"{assignment} timeout -k 1 {seconds:g} {rest}".lstrip()
