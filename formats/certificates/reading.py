"""Certificates as values that gates compare and diffs show."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from formats.certificates.keys import CertificateError, digest_of, kind_of

USAGES = {"serverAuth": ExtendedKeyUsageOID.SERVER_AUTH, "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH}

_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Certificate:
    """One certificate. Addresses are in their shortest form ("::1"), times in UTC, digests SHA-256 in hex."""

    subject: str
    """RFC 4514, e.g. "CN=kubernetes-admin,O=kubeadm:cluster-admins"."""
    issuer: str
    common_name: str
    organizations: tuple[str, ...]
    names: frozenset[str]
    addresses: frozenset[str]
    usages: frozenset[str]
    """Of "serverAuth" and "clientAuth"; other usages by their dotted number."""
    not_before: datetime
    not_after: datetime
    serial: int
    fingerprint: str
    """Of the DER bytes: what a TLS peer presents can be compared with a file."""
    public_key: str
    """Of the DER public key; equal to public_key_of(the private key)."""
    key_kind: str
    """One of KEY_KINDS, or e.g. "ED25519" for a key that kubeadm wouldn't make."""
    is_authority: bool


def read(pem: str) -> tuple[Certificate, ...]:
    """Every certificate of a PEM text, in its order; other blocks (a key) are passed over.

    Raises CertificateError where there is none, or one cannot be read.
    """
    loaded = load(pem)
    try:
        return tuple(map(_certificate, loaded))
    except (ValueError, x509.DuplicateExtension) as error:
        raise CertificateError(f"a certificate that breaks X.509's rules: {error}") from None


def is_signed_by(pem: str, ca_pem: str) -> bool:
    """Whether one of the CA certificates, by its name and key, has signed the first certificate of `pem`."""
    leaf = load(pem)[0]
    return any(_has_signed(authority, leaf) for authority in load(ca_pem))


def describe(pem: str) -> str:
    """What a diff shows in place of the bytes: a line each for subject, names, issuer, lifetime, key."""
    blocks = []
    for certificate in read(pem):
        lines = [
            f"subject: {certificate.subject}",
            f"names: {', '.join(sorted(certificate.names))}",
            f"addresses: {', '.join(sorted(certificate.addresses))}",
            f"usages: {', '.join(sorted(certificate.usages))}",
            f"issuer: {certificate.issuer}",
            f"valid: {certificate.not_before:{_TIME}} to {certificate.not_after:{_TIME}} UTC",
            f"key: {certificate.key_kind}, sha256 {certificate.public_key[:16]}",
        ]
        blocks.append("".join(line + "\n" for line in lines if not line.endswith(": ")))
    return "\n".join(blocks)


def load(pem: str) -> list[x509.Certificate]:
    """The library's own objects, for this package."""
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise CertificateError(f"no readable certificate in this PEM text of {len(pem)} characters: {error}") from None


def _has_signed(authority: x509.Certificate, leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):  # another key, kind of key, or issuer's name
        return False
    return True


def _certificate(found: x509.Certificate) -> Certificate:
    try:
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = frozenset(alternatives.get_values_for_type(x509.DNSName))
        addresses = frozenset(str(address) for address in alternatives.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        names = addresses = frozenset()
    common_names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        common_name=str(common_names[0].value) if common_names else "",
        organizations=tuple(str(o.value) for o in found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)),
        names=names,
        addresses=addresses,
        usages=_usages(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        serial=found.serial_number,
        fingerprint=found.fingerprint(SHA256()).hex(),
        public_key=digest_of(found.public_key()),
        key_kind=kind_of(found.public_key()),
        is_authority=_is_authority(found),
    )


def _usages(found: x509.Certificate) -> frozenset[str]:
    try:
        oids = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    known = {oid: name for name, oid in USAGES.items()}
    return frozenset(known.get(oid, oid.dotted_string) for oid in oids)


def _is_authority(found: x509.Certificate) -> bool:
    try:
        return bool(found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
