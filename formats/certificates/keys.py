"""Private keys: made as kubeadm makes them, compared by the digest of their public half, never shown."""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
    PrivateKeyTypes,
    PublicKeyTypes,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_public_key,
)

KEY_KINDS: Final = ("RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", "ECDSA-P384")
"""kubeadm's names, as ClusterConfiguration.encryptionAlgorithm writes them."""

_CURVES = {"ECDSA-P256": ec.SECP256R1(), "ECDSA-P384": ec.SECP384R1()}


class CertificateError(ValueError):
    """A certificate or key that cannot be read or made. The message never holds key material."""


def new_key(kind: str) -> bytes:
    """A new private key in PEM ("RSA PRIVATE KEY" or "EC PRIVATE KEY", as client-go's keyutil writes)."""
    if kind in _CURVES:
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = ec.generate_private_key(_CURVES[kind])
    elif kind in KEY_KINDS:
        key = rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))
    else:
        raise CertificateError(f"no key of kind {kind!r}: kubeadm knows {', '.join(KEY_KINDS)}")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def public_key_of(pem: bytes) -> str:
    """The digest of the public half: equal to Certificate.public_key where they belong together.

    Takes a private key, or a public one, in PEM (sa.pub) or as ssh-keygen prints it. CertificateError where it is none.
    """
    return digest_of(_public_half(pem))


def key_kind_of(pem: bytes) -> str:
    """One of KEY_KINDS for a private or public key, so that a new one can be made like the old."""
    return kind_of(_public_half(pem))


def load_key(pem: bytes) -> PrivateKeyTypes:
    """The library's own object, for this package."""
    try:
        return load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # the library's own words could repeat the input
        raise CertificateError(
            f"not a readable private key in PEM ({len(pem)} bytes; an encrypted one is not supported)"
        ) from None


def digest_of(key: PublicKeyTypes | CertificatePublicKeyTypes) -> str:
    """SHA-256 over the public key's DER form, in hex."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def kind_of(key: PublicKeyTypes | CertificatePublicKeyTypes) -> str:
    """The key's kind in kubeadm's words where it has one."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA-P{key.key_size}"
    return type(key).__name__.strip("_").removesuffix("PublicKey").upper()


def _public_half(pem: bytes) -> PublicKeyTypes:
    if b"PRIVATE KEY" in pem:
        return load_key(pem).public_key()
    try:
        return (load_ssh_public_key if pem.startswith((b"ssh-", b"ecdsa-")) else load_pem_public_key)(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateError(f"not a readable key ({len(pem)} bytes)") from None
