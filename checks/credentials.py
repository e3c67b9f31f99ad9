"""A server asked from its own host with the host's own admin credential: nobody else reaches the loopback."""

import pytest

from formats import kubeconfigs
from nodes import unseen, wire
from nodes.hosts import ADMIN, Hosts
from nodes.reading import Reader
from nodes.secret import Secret


def asked_as_admin(reader: Reader, address: str, port: int, path: str) -> wire.Answer:
    """HTTPS GET from this host with the client certificate of its admin.conf.

    The server's own certificate is not judged here: a controller signs one for itself. Raises UnreadableError where
    admin.conf holds no such credential, DialFailed, WireError, ssl.SSLError, OSError.
    """
    text = unseen.read(reader, [ADMIN])[ADMIN]
    certificate, key = unseen.look_into(reader.name, ADMIN, text, _credential)
    context = wire.undemanding()
    wire.identify(context, certificate, key)
    return wire.get(reader.dial(address, port), path, address, context)


def told_by_own_apiserver(hosts: Hosts, master: str, path: str) -> str:
    """What a master's apiserver answers, asked on that master. Fails the case where it is not what was asked for."""
    reader, address = hosts.fleet.reader(master), hosts.inventory.nodes[master].address
    answer = asked_as_admin(reader, address, hosts.layout.api_port, path)
    if answer.status != 200:
        pytest.fail(f"{master}: its apiserver says HTTP {answer.status} to {path}: {answer.body[:200]}")
    return answer.body


def _credential(text: str) -> tuple[str, Secret]:
    certificate, key = kubeconfigs.client_certificate(text), kubeconfigs.client_key(text)
    if certificate is None or key is None:
        raise kubeconfigs.KubeconfigError("no client certificate with its key is in it")
    return certificate, Secret(key)
