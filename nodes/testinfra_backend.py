"""testinfra's modules over the side that reads: `host.file(…)`, `host.service(…)` and so on, for checks.

testinfra's own paramiko backend accepts any host key, sends a command a second time when the connection drops
and waits without end; here it gets the session of this project under its own interface.
"""

from typing import Any

from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from nodes.reading import Reader


class ReaderBackend(BaseBackend):  # type: ignore[misc]  # testinfra is not typed
    """Commands go through a Reader, which refuses what may write, so `host.run` can do no harm either."""

    NAME = "reader"

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.name)
        self._reader = reader
        self._encoding = "utf-8"  # testinfra would run python3 on the host to find out

    def run(self, command: str, *args: str, **_kwargs: Any) -> CommandResult:
        """Raises ReadRefused, ConnectionLost, DeadlinePassed."""
        result = self._reader.run(self.get_command(command, *args))
        # Not by BaseBackend.result, which would log what the command printed.
        return CommandResult(
            backend=self,
            exit_status=result.status,
            command=self.encode(result.command),
            _stdout=result.stdout.encode("utf-8", "surrogateescape"),
            _stderr=result.stderr.encode("utf-8", "surrogateescape"),
        )


def testinfra_host(reader: Reader) -> Host:
    """A testinfra host that looks through `reader`."""
    backend = ReaderBackend(reader)
    host = Host(backend)
    backend.set_host(host)
    return host
