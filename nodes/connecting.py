"""Opening an SSH connection: strict about the host's key, and with a whole sentence for what goes wrong."""

import contextlib
import logging
import socket
import sys
import threading
import time
from dataclasses import dataclass

import paramiko

from nodes import known_hosts, private_key
from nodes.inventory_models import Ssh
from nodes.transport import Transport

# Each bounds one stage; a host that is merely gone costs the first.
TCP_SECONDS = 5.0
HANDSHAKE_SECONDS = 5.0
LOGIN_SECONDS = 8.0
KEEPALIVE_SECONDS = 5
# Paramiko's keepalives want no answer, so they alone never notice that a host has lost its power. With them
# under way the kernel does: it ends a connection whose data has been unacknowledged for this long.
UNACKNOWLEDGED_MILLISECONDS = 15_000
# Behind a jump host the kernel here knows nothing of the node: it has to answer.
UNANSWERED_SECONDS = 10.0
_PROHIBITED = 1  # why a channel is not opened: RFC 4254, section 5.1

# Paramiko reports every failed connection with a traceback, and every good one; what matters of it is raised here.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class CannotConnect(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """str() says what was tried, what was seen and what to do; it does not begin with the node's name."""


@dataclass(frozen=True)
class Target:
    """Where SSH goes; `scan` is what has to stand before ssh-keyscan for it to get there."""

    host: str
    port: int
    user: str
    scan: str = ""

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


class _Unaccepted(paramiko.MissingHostKeyPolicy):
    """Refuses a host whose key nobody has accepted, with the line that accepts it."""

    def __init__(self, target: Target, ssh: Ssh) -> None:
        self._target, self._ssh = target, ssh

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        target = self._target
        text = known_hosts.unknown(self._ssh.known_hosts, target.host, target.port, key, target.scan)
        raise CannotConnect(text)


def connect(
    target: Target, ssh: Ssh, through: paramiko.Channel | None = None
) -> tuple[paramiko.SSHClient, paramiko.Transport]:
    """A connection that is logged in and kept alive. Raises CannotConnect, in some 10 s at the latest.

    `through` is a channel that the jump host has opened to the target; without one it is connected to directly.
    """
    wire = through or _tcp(target.host, target.port)
    client = paramiko.SSHClient()
    try:
        _log_in(client, wire, target, ssh)
        transport = client.get_transport()
        if transport is None:
            raise CannotConnect("the connection was closed as soon as it was open: see `journalctl -u ssh` there")
        if through is None:
            transport.set_keepalive(KEEPALIVE_SECONDS)
        else:
            threading.Thread(target=_keep_asking, args=(transport,), name="ssh keepalive", daemon=True).start()
        return client, transport
    except BaseException:
        client.close()
        wire.close()
        raise


def is_forbidden(error: Exception) -> bool:
    """Whether sshd is not allowed to open this channel, as opposed to having tried."""
    return isinstance(error, paramiko.ChannelException) and error.code == _PROHIBITED


def why_not_opened(error: Exception) -> str:
    """Why sshd has not opened a channel, in its words or ours."""
    if isinstance(error, paramiko.ChannelException):
        return "its sshd forbids it (AllowTcpForwarding)" if is_forbidden(error) else error.text.lower()
    return "no answer in time" if "Timeout" in str(error) else str(error) or type(error).__name__


def _keep_asking(transport: paramiko.Transport) -> None:
    """Close a connection whose other end no longer answers; sshd answers what it does not know, too."""
    while transport.is_active():
        late = threading.Timer(UNANSWERED_SECONDS, transport.close)
        late.daemon = True
        late.start()
        with contextlib.suppress(paramiko.SSHException, OSError, EOFError):
            transport.global_request("keepalive@openssh.com", wait=True)
        late.cancel()
        time.sleep(KEEPALIVE_SECONDS)


def _tcp(host: str, port: int) -> socket.socket:
    where = f"{host} port {port}"
    try:
        wire = socket.create_connection((host, port), timeout=TCP_SECONDS)
    except socket.gaierror as error:
        raise CannotConnect(
            f"no address is known for {host} ({error.strerror}): correct the node's `ssh:` or the name service"
        ) from error
    except TimeoutError as error:
        raise CannotConnect(
            f"{where} did not answer in {TCP_SECONDS:g} s: is the host up, is the address right, is a firewall between?"
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotConnect(f"{where} cannot be reached ({reason}): is the host up, does sshd listen there?") from error
    # Commands are many small packets, each waiting for its answer: unsent for 40 ms each without this.
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
    return wire


def _log_in(client: paramiko.SSHClient, wire: socket.socket | paramiko.Channel, target: Target, ssh: Ssh) -> None:
    client.set_missing_host_key_policy(_Unaccepted(target, ssh))
    try:
        client.load_host_keys(str(ssh.known_hosts))
        client.connect(
            target.host,
            port=target.port,
            sock=wire,
            username=target.user,
            pkey=private_key.read(ssh.key) if ssh.key else None,
            allow_agent=ssh.key is None,
            look_for_keys=ssh.key is None,
            timeout=HANDSHAKE_SECONDS,
            banner_timeout=HANDSHAKE_SECONDS,
            auth_timeout=LOGIN_SECONDS,
            transport_factory=Transport,  # type: ignore[arg-type]  # nor would paramiko's own fit the stubs
        )
    except paramiko.BadHostKeyException as error:
        text = known_hosts.changed(
            ssh.known_hosts, target.host, target.port, error.key, error.expected_key, target.scan
        )
        raise CannotConnect(text) from None
    except paramiko.AuthenticationException as error:
        raise CannotConnect(_login_refused(error, target, ssh)) from error
    except private_key.UnreadableKeyError as error:
        raise CannotConnect(str(error)) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        if str(error) == "No authentication methods available":  # no key given, none found
            raise CannotConnect(_login_refused(error, target, ssh)) from error
        if ssh.key is None and str(error) == "No existing session":  # paramiko's words for a goodbye in between
            raise CannotConnect(
                f"{target} broke off while keys of the agent or of ~/.ssh were tried, maybe too many for its"
                " MaxAuthTries: write `ssh: {key: …}` in nodes.yaml"
            ) from error
        told = str(error) or "it closed the connection"
        raise CannotConnect(
            f"{target} does not speak SSH as expected ({told}): does sshd listen there, what does its log say?"
        ) from error


def _login_refused(error: Exception, target: Target, ssh: Ssh) -> str:
    allowed = getattr(error, "allowed_types", None)
    if allowed and "publickey" not in allowed:
        only = ", ".join(allowed)
        return f"{target} takes no SSH keys, only {only}: set `PubkeyAuthentication yes` in its sshd_config"
    home = f"~{target.user}/.ssh/authorized_keys"
    if ssh.key is None:
        return (
            f"{target} let {target.user} in with no key of the agent or of ~/.ssh: add one of them to {home} there, "
            "or write `ssh: {key: …}` in nodes.yaml"
        )
    key = private_key.read(ssh.key)
    return (
        f"{target} did not let {target.user} in with the key {ssh.key} ({key.fingerprint}): add its public half to"
        f" {home} there, or correct `user` or `key` under `ssh:` in nodes.yaml"
    )
