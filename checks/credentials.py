"""A server asked from its own host with the host's own admin credential: nobody else reaches the loopback."""

from formats import kubeconfigs
from nodes import unseen, wire
from nodes.hosts import ADMIN
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


def _credential(text: str) -> tuple[str, Secret]:
    certificate, key = kubeconfigs.client_certificate(text), kubeconfigs.client_key(text)
    if certificate is None or key is None:
        raise kubeconfigs.KubeconfigError("no client certificate with its key is in it")
    return certificate, Secret(key)
