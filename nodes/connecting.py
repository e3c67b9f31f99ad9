"""Opening an SSH connection: strict about the host's key, and with a whole sentence for what goes wrong."""

import logging
import socket
import sys

import paramiko

from nodes import known_hosts, private_key
from nodes.inventory_models import Node, Ssh

# Each bounds one stage; a host that is merely gone costs the first.
TCP_SECONDS = 5.0
HANDSHAKE_SECONDS = 5.0
LOGIN_SECONDS = 8.0
KEEPALIVE_SECONDS = 5
# Paramiko's keepalives want no answer, so they alone never notice that a host has lost its power. With them
# under way the kernel does: it ends a connection whose data has been unacknowledged for this long.
UNACKNOWLEDGED_MILLISECONDS = 15_000

# Paramiko reports every failed connection with a traceback, and every good one; what matters of it is raised here.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class CannotConnect(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """str() says what was tried, what was seen and what to do; it does not begin with the node's name."""


class _Unaccepted(paramiko.MissingHostKeyPolicy):
    """Refuses a host whose key nobody has accepted, with the line that accepts it."""

    def __init__(self, node: Node, ssh: Ssh) -> None:
        self._node, self._ssh = node, ssh

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        text = known_hosts.unknown(self._ssh.known_hosts, self._node.ssh_host, self._ssh.port, key)
        raise CannotConnect(text)


def connect(node: Node, ssh: Ssh) -> tuple[paramiko.SSHClient, paramiko.Transport]:
    """A connection that is logged in and kept alive. Raises CannotConnect, in some 10 s at the latest."""
    wire = _tcp(node.ssh_host, ssh.port)
    client = paramiko.SSHClient()
    try:
        _log_in(client, wire, node, ssh)
        transport = client.get_transport()
        if transport is None:
            raise CannotConnect("the connection was closed as soon as it was open: see `journalctl -u ssh` there")
        transport.set_keepalive(KEEPALIVE_SECONDS)
        return client, transport
    except BaseException:
        client.close()
        wire.close()
        raise


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


def _log_in(client: paramiko.SSHClient, wire: socket.socket, node: Node, ssh: Ssh) -> None:
    host, port = node.ssh_host, ssh.port
    where = f"{host} port {port}"
    client.set_missing_host_key_policy(_Unaccepted(node, ssh))
    try:
        client.load_host_keys(str(ssh.known_hosts))
        client.connect(
            host,
            port=port,
            sock=wire,
            username=ssh.user,
            pkey=private_key.read(ssh.key) if ssh.key else None,
            allow_agent=ssh.key is None,
            look_for_keys=ssh.key is None,
            timeout=HANDSHAKE_SECONDS,
            banner_timeout=HANDSHAKE_SECONDS,
            auth_timeout=LOGIN_SECONDS,
        )
    except paramiko.BadHostKeyException as error:
        text = known_hosts.changed(ssh.known_hosts, host, port, error.key, error.expected_key)
        raise CannotConnect(text) from None
    except paramiko.AuthenticationException as error:
        raise CannotConnect(_login_refused(error, where, ssh)) from error
    except private_key.UnreadableKeyError as error:
        raise CannotConnect(str(error)) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        if str(error) == "No authentication methods available":  # no key given, none found
            raise CannotConnect(_login_refused(error, where, ssh)) from error
        told = str(error) or "it closed the connection"
        raise CannotConnect(
            f"{where} does not speak SSH as expected ({told}): does sshd listen there, what does its log say?"
        ) from error


def _login_refused(error: Exception, where: str, ssh: Ssh) -> str:
    allowed = getattr(error, "allowed_types", None)
    if allowed and "publickey" not in allowed:
        only = ", ".join(allowed)
        return f"{where} takes no SSH keys, only {only}: set `PubkeyAuthentication yes` in its sshd_config"
    home = f"~{ssh.user}/.ssh/authorized_keys"
    if ssh.key is None:
        return (
            f"{where} let {ssh.user} in with no key of the agent or of ~/.ssh: add one of them to {home} there, "
            "or write `ssh: {key: …}` in nodes.yaml"
        )
    key = private_key.read(ssh.key)
    return (
        f"{where} did not let {ssh.user} in with the key {ssh.key} ({key.fingerprint}): add its public half to {home} "
        "there, or correct `user` or `key` under `ssh:` in nodes.yaml"
    )
