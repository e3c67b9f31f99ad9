"""The jump host: one connection to it, through which all of a run's sessions reach their nodes."""

import threading

import paramiko

from nodes import connecting
from nodes.connecting import CannotConnect, Target
from nodes.inventory_models import Ssh


class JumpHost:
    """Opened when the first node is connected to, and again where it is lost. May be used from several threads."""

    def __init__(self, ssh: Ssh) -> None:
        if ssh.jump is None:
            raise ValueError("no jump host in these settings")
        self._ssh = ssh
        self._target = Target(ssh.jump.host, ssh.jump.port, ssh.jump.user or ssh.user)
        self._client: paramiko.SSHClient | None = None
        self._opening = threading.Lock()
        self._tries = 0
        self._failure = ""

    def __str__(self) -> str:
        return f"the jump host {self._target.user}@{self._target.host}"

    def channel(self, host: str, port: int) -> paramiko.Channel:
        """A TCP connection that the jump host opens. Raises CannotConnect, which names it where the trouble is its."""
        transport = self._transport()
        try:
            return transport.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=connecting.TCP_SECONDS
            )
        except (paramiko.SSHException, OSError, EOFError) as error:
            why = connecting.why_not_opened(error)
            raise CannotConnect(
                f"{self} could not connect to {host} port {port} ({why}): is the host up, does sshd listen there, is a"
                " firewall between the two?"
            ) from error

    def close(self) -> None:
        with self._opening:
            if self._client is not None:
                self._client.close()

    def _transport(self) -> paramiko.Transport:
        """Who has waited while another thread tried in vain does not try once more: a silent host costs each 5 s."""
        tries = self._tries
        with self._opening:
            transport = self._client.get_transport() if self._client else None
            if transport is not None and transport.is_active():
                return transport
            if self._tries != tries and self._failure:
                raise CannotConnect(self._failure)
            if self._client is not None:
                self._client.close()
            self._tries += 1
            self._failure = ""
            try:
                self._client, transport = connecting.connect(self._target, self._ssh)
            except CannotConnect as error:
                self._failure = f"{self}: {error}"
                raise CannotConnect(self._failure) from error
            return transport
