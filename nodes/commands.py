"""What comes of a command on a host: its result, or one of the ways in which there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What a command left. Bytes that are no UTF-8 are lone surrogates in the texts, so that none is lost."""

    host: str
    command: str
    status: int
    stdout: str
    stderr: str

    def checked(self) -> "Result":
        """Itself, where the status is 0. Raises CommandFailed otherwise."""
        if self.status != 0:
            raise CommandFailed(self.host, self.command, self.status, self.stdout, self.stderr)
        return self


class CommandFailed(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """A command's status was not 0. str() has what it said, never what it was given."""

    def __init__(self, host: str, command: str, status: int, stdout: str, stderr: str) -> None:
        self.host, self.command, self.status, self.stdout, self.stderr = host, command, status, stdout, stderr
        said = "\n".join((stderr.strip() or stdout.strip() or "it said nothing").splitlines()[-20:])
        printable = said.encode("utf-8", "backslashreplace").decode()
        super().__init__(f"{host}: `{shown(command)}` ended with status {status}: {printable}")


class ConnectionLost(Exception):  # noqa: N818
    """The connection ended or could not be made again; str() says whether the command may have run."""


class DeadlinePassed(Exception):  # noqa: N818
    """A command did not end in time. It may still be running on the host."""


class DialFailed(Exception):  # noqa: N818
    """A host could not open the TCP connection that it was asked for."""


class DialForbidden(DialFailed):
    """Its sshd opens none, or not this one, for this user."""


def shown(command: str) -> str:
    """A command as messages have it: on one line, and no longer than one can read."""
    line = " ".join(command.split())
    return line if len(line) <= 200 else f"{line[:200]}…"
