"""One SSH connection to one host: commands with a deadline, never sent a second time by themselves."""

import contextlib
import io
import select
import shlex
import threading
import time
from collections.abc import Callable, Iterator

import paramiko

from nodes import connecting
from nodes.commands import CommandFailed, ConnectionLost, DeadlinePassed, DialFailed, DialForbidden, Result, shown
from nodes.connecting import Target, is_forbidden, why_not_opened
from nodes.inventory_models import Node, Ssh
from nodes.jump import JumpHost
from nodes.secret import Secret
from nodes.transport import Transport

__all__ = ["CommandFailed", "ConnectionLost", "DeadlinePassed", "DialFailed", "Result", "Session"]

# sshd's MaxSessions is 10 unless told otherwise, and the lock holds one for the whole run.
_AT_ONCE = 8
# Longer than a silent host stays connected (connecting.UNACKNOWLEDGED_MILLISECONDS), so that the wait for a
# channel ends with a connection known to be dead, which may be opened again.
_CHANNEL_SECONDS = 20.0
_PIECE = 1 << 16
_PAUSE_SECONDS = 0.05
_CONNECT_FAILED = 2  # why a channel is not opened: RFC 4254, section 5.1
# What paramiko raises when a channel is refused, or the connection under it is gone.
_FAILURES = (paramiko.SSHException, OSError, EOFError)


class Session:
    """Commands as root on one node, over one connection, which is opened when it is first needed.

    A connection known to be dead before a command is sent is opened again, and `generation` counts it:
    whoever holds something on the host (the lock) must look at it again. Lost while a command runs, it is
    ConnectionLost, since nobody here knows how far the command came. May be used from several threads.
    """

    def __init__(self, node: Node, ssh: Ssh, jump: JumpHost | None = None) -> None:
        self.name = node.name
        self.generation = 0
        self._ssh, self._jump = ssh, jump
        self._target = Target(node.ssh_host, ssh.port, ssh.user, ssh.jump.before(ssh.user) if ssh.jump else "")
        self._client: paramiko.SSHClient | None = None
        self._opening = threading.Lock()
        self._dialling = threading.Lock()
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def run(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> Result:
        """Run `command` in a shell as root, whatever its status. `deadline`: seconds from sending to its end.

        Raises ConnectionLost, DeadlinePassed.
        """
        status, out, err = self._run(command, stdin, deadline)
        return Result(self.name, command, status, _text(out), _text(err))

    def check(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> str:
        """The stdout of `command`. Raises CommandFailed unless its status is 0, and as `run` does."""
        return self.run(command, stdin=stdin, deadline=deadline).checked().stdout

    def read_secret(self, path: str) -> Secret:
        """The bytes of a file that must never be shown. Raises as `check` does, without what was read."""
        return self.secret_of(f"cat -- {shlex.quote(path)}")

    def secret_of(self, command: str, *, deadline: float = 30.0) -> Secret:
        """What `command` prints, which must never be shown. Raises as `check` does, without what was printed."""
        status, out, err = self._run(command, None, deadline)
        if status != 0:
            raise CommandFailed(self.name, command, status, "", _text(err))
        return Secret(out.getvalue())

    def dial(self, address: str, port: int, timeout: float = 5.0) -> paramiko.Channel:
        """A TCP connection to address:port that the host itself opens (direct-tcpip); close it after use.

        `timeout`, in seconds, is for opening it, then for each read. Raises DialFailed, DialForbidden, ConnectionLost.
        """
        said = ""

        def opened(transport: paramiko.Transport) -> paramiko.Channel:
            nonlocal said
            try:
                return transport.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=timeout)
            except paramiko.ChannelException as error:
                said = transport.said if isinstance(transport, Transport) and error.code == _CONNECT_FAILED else ""
                raise

        # paramiko keeps one refusal for a whole connection: of two at the same time, one would get the other's.
        with self._dialling:
            try:
                channel = self._opened(opened)
            except _FAILURES as error:
                why = said.lower() or why_not_opened(error)
                kind = DialForbidden if is_forbidden(error) else DialFailed
                raise kind(f"{self.name} could not connect to {address} port {port}: {why}") from error
        channel.settimeout(timeout)
        return channel

    def start(self, command: str) -> paramiko.Channel:
        """Send `command` and leave its channel to the caller, who reads, writes and closes it.

        Raises ConnectionLost.
        """
        channel = self._channel(command)
        try:
            with _closed_after(channel, _CHANNEL_SECONDS):
                channel.exec_command(self._script(command))
        except _FAILURES as error:
            channel.close()
            raise self._lost(command) from error
        return channel

    def open(self) -> paramiko.Transport:
        """The live connection; made, or made again, where there is none. Raises ConnectionLost."""
        with self._opening:
            former = self._client
            transport = former.get_transport() if former else None
            if transport is not None and transport.is_active():
                return transport
            if former is not None:
                former.close()
            try:
                through = self._jump.channel(self._target.host, self._target.port) if self._jump else None
                client, transport = connecting.connect(self._target, self._ssh, through)
            except connecting.CannotConnect as error:
                raise ConnectionLost(f"{self.name}: {error}") from error
            self._client = client
            self.generation += former is not None
            return transport

    def close(self) -> None:
        with self._opening:
            if self._client is not None:
                self._client.close()

    def _run(self, command: str, stdin: bytes | Secret | None, deadline: float) -> tuple[int, io.BytesIO, io.BytesIO]:
        if not self._places.acquire(timeout=deadline):
            raise DeadlinePassed(
                f"{self.name}: `{shown(command)}` was not sent: {_AT_ONCE} commands are running already"
            )
        try:
            return self._exchange(command, stdin, deadline)
        finally:
            self._places.release()

    def _exchange(
        self, command: str, stdin: bytes | Secret | None, deadline: float
    ) -> tuple[int, io.BytesIO, io.BytesIO]:
        channel = self._channel(command, deadline)
        # A view, because its repr shows nothing of a secret.
        given = memoryview(stdin.reveal() if isinstance(stdin, Secret) else stdin or b"")
        with _closed_after(channel, deadline) as late:
            try:
                channel.exec_command(self._script(command if given else f"exec </dev/null\n{command}"))
                out, err = _converse(channel, given)
                channel.status_event.wait()
            except _FAILURES as error:
                if not late.is_set():
                    raise self._lost(command) from error
            finally:
                channel.close()
        if late.is_set():
            raise DeadlinePassed(
                f"{self.name}: `{shown(command)}` did not end in {deadline:g} s; it may still be running there"
            )
        if channel.exit_status < 0:
            raise self._lost(command)
        return channel.exit_status, out, err

    def _channel(self, command: str, deadline: float = _CHANNEL_SECONDS) -> paramiko.Channel:
        """A channel for one command.

        An sshd with no place for one more command (MaxSessions) is asked again until the time is over: a place is
        free a moment after the command in it has ended, and asking runs nothing.
        """
        end = time.monotonic() + min(_CHANNEL_SECONDS, deadline)
        while True:
            try:
                return self._opened(lambda transport: transport.open_session(timeout=end - time.monotonic()))
            except _FAILURES as error:
                if time.monotonic() + _PAUSE_SECONDS >= end:
                    raise ConnectionLost(
                        f"{self.name}: `{shown(command)}` was not sent: {why_not_opened(error)}"
                    ) from error
            time.sleep(_PAUSE_SECONDS)

    def _opened(self, channel: Callable[[paramiko.Transport], paramiko.Channel]) -> paramiko.Channel:
        """A channel on a live connection: on a new one where this one turns out to be dead.

        Nothing has been sent in a channel that was never open, so nothing runs twice.
        """
        transport = self.open()
        try:
            return channel(transport)
        except _FAILURES:
            if transport.is_active():
                raise
        return channel(self.open())

    def _lost(self, command: str) -> ConnectionLost:
        transport = self._client.get_transport() if self._client else None
        if transport is not None and transport.is_active():
            what = "ended without an exit status (a signal killed it, or sshd lost it)"
        else:
            what = "was running when the SSH connection was lost"
        return ConnectionLost(f"{self.name}: `{shown(command)}` {what}: look at what it did before going on")

    def _script(self, command: str) -> str:
        script = f"export LC_ALL=C\n{command}"  # messages that are parsed must not be translated
        return f"sudo -n -- sh -c {shlex.quote(script)}" if self._ssh.sudo else script


@contextlib.contextmanager
def _closed_after(channel: paramiko.Channel, seconds: float) -> Iterator[threading.Event]:
    """Close the channel if the block takes longer; the event says whether that was so.

    Some of paramiko's waits have no time limit of their own, and closing the channel ends them all.
    """
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with contextlib.suppress(*_FAILURES):  # of a connection that is gone already: nobody waits in it then
            channel.close()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _converse(channel: paramiko.Channel, pending: memoryview) -> tuple[io.BytesIO, io.BytesIO]:
    """Write what is `pending`, then its end; read stdout and stderr to theirs.

    Where there is none, nothing is said of its end, and the command has its own: it may be over by then, and sshd ends
    the whole connection when it is told so of a channel that it has closed.

    All in one loop, because the two outputs share one window: a reader that waits for the end of the one
    while the host waits to send the other waits for ever. The buffers are objects whose repr shows nothing.
    """
    out, err = io.BytesIO(), io.BytesIO()
    arrived = select.poll()
    arrived.register(channel.fileno(), select.POLLIN)
    while True:
        ended = channel.eof_received or channel.closed  # before reading: what came earlier is read below
        idle = True
        if channel.recv_ready():
            out.write(channel.recv(_PIECE))
            idle = False
        if channel.recv_stderr_ready():
            err.write(channel.recv_stderr(_PIECE))
            idle = False
        if pending and not ended and channel.send_ready():
            pending = pending[channel.send(bytes(pending[:_PIECE])) :]
            idle = False
            if not pending:
                channel.shutdown_write()
        if idle and ended:
            return out, err
        if idle:
            # The descriptor tells of arrivals only, not of room to send: look again soon while there is more
            # to send.
            arrived.poll(5 if pending else None)


def _text(data: io.BytesIO) -> str:
    return data.getvalue().decode("utf-8", "surrogateescape")
