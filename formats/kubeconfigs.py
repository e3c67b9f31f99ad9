"""Kubeconfigs as kubeadm and the kubelet write them: one cluster, one user, one current context.

Also the one in the ConfigMap kube-public/cluster-info, which has a cluster without a name and nothing else.
Raises KubeconfigError, whose message never repeats the text: it holds a private key.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Final

from formats.certificates import CertificateError, public_key_of, read
from formats.yamltext import Path, Scalar, YamlError, quoted, replace, scalars

_SECRETS: Final = frozenset(
    ("password", "token", "access-token", "id-token", "refresh-token", "client-secret", "value")
)  # "value": an exec plug-in's environment
_CERTIFICATES: Final = frozenset(("certificate-authority-data", "client-certificate-data"))


class KubeconfigError(ValueError):
    """Not a kubeconfig with a current context, a cluster and a user, or one of its values is unreadable."""


def server(text: str) -> str:
    """The API server's URL, of the current context's cluster."""
    return _needed(text, "cluster", "server").value


def with_server(text: str, server: str) -> str:
    """The same text with another server for the current context's cluster; every other byte stays."""
    return replace(text, {_needed(text, "cluster", "server").path: server})


def user(text: str) -> str:
    """The name of the current context's user; who that is to the API says client_certificate's subject."""
    return _current(text, "user")


def ca_pem(text: str) -> str:
    """The CA certificates that the server's is verified with, embedded in the file."""
    return _decoded(_needed(text, "cluster", "certificate-authority-data")).decode("ascii", "replace")


def client_certificate(text: str) -> str | None:
    """The embedded client certificate in PEM; None where the file has none (a token, or a path)."""
    found = _value(text, "user", "client-certificate-data")
    return _decoded(found).decode("ascii", "replace") if found else None


def client_key(text: str) -> bytes | None:
    """The embedded private key in PEM; None where the file has none. It is the caller's to keep it unseen."""
    found = _value(text, "user", "client-key-data")
    return _decoded(found) if found else None


def client_public_key(text: str) -> str | None:
    """The digest of the embedded key's public half, as certificates.public_key_of gives it; None without."""
    key = client_key(text)
    return public_key_of(key) if key else None


def render(server: str, ca_pem: str, user: str, cert_pem: str, key_pem: bytes, cluster: str = "kubernetes") -> bytes:
    """The file as kubeadm 1.37.2 writes it, byte for byte (kubeconfigutil.CreateWithCerts, WriteToDisk)."""
    context = f"{user}@{cluster}"
    return f"""apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {_encoded(ca_pem.encode())}
    server: {quoted(server)}
  name: {quoted(cluster)}
contexts:
- context:
    cluster: {quoted(cluster)}
    user: {quoted(user)}
  name: {quoted(context)}
current-context: {quoted(context)}
kind: Config
users:
- name: {quoted(user)}
  user:
    client-certificate-data: {_encoded(cert_pem.encode())}
    client-key-data: {_encoded(key_pem)}
""".encode()


def mask(text: str) -> str:
    """The text for a diff: keys, tokens and passwords masked, certificates in words instead of base64.

    A masked key shows the digest of its public half, so that a diff shows that a key changed and not the key.
    """
    return replace(text, {scalar.path: shown for scalar in _all(text) if (shown := _shown(scalar))})


def _shown(scalar: Scalar) -> str | None:
    key = scalar.path[-1]
    if key == "client-key-data":
        try:
            return f"(masked, public key sha256 {public_key_of(_decoded(scalar))[:16]})"
        except (CertificateError, KubeconfigError):
            return "(masked)"
    if key in _SECRETS:
        return "(masked)"
    if key in _CERTIFICATES:
        try:
            found = read(_decoded(scalar).decode("ascii", "replace"))
        except (CertificateError, KubeconfigError):
            return "(not a certificate)"
        return "; ".join(
            f"({one.subject}, issuer {one.issuer}, until {one.not_after:%Y-%m-%d %H:%M} UTC,"
            f" sha256 {one.fingerprint[:16]})"
            for one in found
        )
    return None


def _all(text: str) -> tuple[Scalar, ...]:
    try:
        return scalars(text)
    except YamlError as error:
        raise KubeconfigError(f"a kubeconfig: {error}") from None


def _current(text: str, part: str) -> str:
    """The name of the current context's cluster or user; as for kubeadm, an unnamed cluster comes first."""
    found: dict[Path, str] = {scalar.path: scalar.value for scalar in _all(text)}
    if part == "cluster" and "" in (value for path, value in found.items() if _names(path, "clusters")):
        return ""
    context = found.get(("current-context",))
    for path, value in found.items():
        if _names(path, "contexts") and value == context:
            entry = found.get((*path[:2], "context", part))
            if entry is not None:
                return entry
    raise KubeconfigError(f"a kubeconfig without a {part} in its current context ({context or 'none is set'})")


def _names(path: Path, entries: str) -> bool:
    """Whether this is the path of the name of one of the clusters, contexts or users."""
    return len(path) == 3 and path[0] == entries and path[2] == "name"


def _value(text: str, part: str, key: str) -> Scalar | None:
    """The scalar `key` of the current context's cluster or user."""
    name = _current(text, part)
    found = {scalar.path: scalar for scalar in _all(text)}
    for path, scalar in found.items():
        if _names(path, f"{part}s") and scalar.value == name:
            return found.get((*path[:2], part, key))
    return None


def _needed(text: str, part: str, key: str) -> Scalar:
    found = _value(text, part, key)
    if found is None:
        raise KubeconfigError(f"a kubeconfig without {key} for the {part} of its current context")
    return found


def _decoded(scalar: Scalar) -> bytes:
    try:
        return b64decode("".join(scalar.value.split()), validate=True)
    except (Base64Error, ValueError):
        raise KubeconfigError(f"a kubeconfig whose {scalar.path[-1]} is not base64") from None


def _encoded(data: bytes) -> str:
    return b64encode(data).decode()
