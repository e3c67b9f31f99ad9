"""Signing as kubeadm 1.37.2 signs (pkiutil.NewSignedCert): the result is laid out like its own."""

import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from formats.certificates.keys import CertificateError, digest_of, load_key
from formats.certificates.reading import USAGES, load
from formats.certificates.request import Request

BACKDATE: Final = timedelta(minutes=5)
"""kubeadmconstants.CertificateBackdate: clocks of hosts differ a little."""


def sign(request: Request, key_pem: bytes, ca_pem: str, ca_key_pem: bytes, now: datetime) -> str:
    """A certificate in PEM for that key, valid from 5 minutes before `now` (aware) to now + lifetime.

    Raises CertificateError where the CA's certificate and key don't belong together, the CA has expired, or a
    key is neither RSA nor ECDSA.
    """
    authority = load(ca_pem)[0]
    subject = authority.subject.rfc4514_string()
    ca_key, key = _signer(ca_key_pem), _signer(key_pem)
    if digest_of(ca_key.public_key()) != digest_of(authority.public_key()):
        raise CertificateError(f"the private key given for {subject} is another CA's")
    if authority.not_valid_after_utc <= now:
        raise CertificateError(f"{subject} expired on {authority.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(request))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(1 + secrets.randbelow(2**63 - 2))
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + request.lifetime)
        .add_extension(_KEY_USAGE, critical=True)
    )
    if request.usages:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([USAGES[usage] for usage in request.usages]), critical=False
        )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_authority_key_id(authority), critical=False)
    alternatives = [
        *(x509.DNSName(name) for name in request.names),
        *(x509.IPAddress(ip_address(address)) for address in request.addresses),
    ]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(ca_key, _hash_for(ca_key)).public_bytes(Encoding.PEM).decode()


_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    key_encipherment=True,
    content_commitment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _subject(request: Request) -> x509.Name:
    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in request.organizations]
    common_name = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, request.common_name)])
    # Go puts all organizations into one set in front of the name.
    return x509.Name([*([x509.RelativeDistinguishedName(organizations)] if organizations else []), common_name])


def _authority_key_id(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    try:
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:  # a CA made by hand
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(_issuing(authority))
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _issuing(authority: x509.Certificate) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    key = authority.public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key


def _signer(pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    key = load_key(pem)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CertificateError("a private key that is neither RSA nor ECDSA: kubeadm reads no other")
    return key


def _hash_for(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> SHA256 | SHA384:
    """What Go's x509 chooses: SHA-384 for a P-384 key, else SHA-256."""
    return SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size == 384 else SHA256()
