"""X.509 as kubeadm uses it: reading, judging against what is wanted, and signing."""

from formats.certificates.faults import faults
from formats.certificates.keys import KEY_KINDS, CertificateError, key_kind_of, new_key, public_key_of
from formats.certificates.reading import Certificate, describe, is_signed_by, read
from formats.certificates.request import Request
from formats.certificates.signing import sign

__all__ = [
    "KEY_KINDS",
    "Certificate",
    "CertificateError",
    "Request",
    "describe",
    "faults",
    "is_signed_by",
    "key_kind_of",
    "new_key",
    "public_key_of",
    "read",
    "sign",
]
