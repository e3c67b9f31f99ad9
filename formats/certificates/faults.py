"""What a certificate lacks for its purpose, in words."""

from datetime import datetime, timedelta

from formats.certificates.reading import is_signed_by, read
from formats.certificates.request import Request


def faults(
    pem: str,
    private_public_key: str | None,
    ca_pem: str,
    request: Request,
    now: datetime,
    margin: timedelta,
) -> list[str]:
    """Why the first certificate of `pem` doesn't satisfy the request; [] where it does.

    private_public_key: public_key_of(its private key); None where the key isn't there. More names, addresses
    and usages than wanted are no fault: a running cluster may need them. CertificateError where a PEM text is
    unreadable.
    """
    certificate = read(pem)[0]
    found = []
    if not is_signed_by(pem, ca_pem):
        authority = read(ca_pem)[0]
        found.append(
            f"is not signed by {authority.subject} (sha256 {authority.fingerprint[:16]});"
            f" its issuer is {certificate.issuer}"
        )
    if certificate.common_name != request.common_name:
        found.append(f"has common name {certificate.common_name!r}, wanted is {request.common_name!r}")
    if set(certificate.organizations) != set(request.organizations):
        found.append(
            f"has {_organizations(certificate.organizations)}, wanted is {_organizations(request.organizations)}"
        )
    found += _lacking("name", request.names, certificate.names)
    found += _lacking("address", request.addresses, certificate.addresses)
    found += _lacking("usage", request.usages, certificate.usages)
    if certificate.not_before > now:
        found.append(f"is not valid before {certificate.not_before:%Y-%m-%d %H:%M} UTC; it is {now:%Y-%m-%d %H:%M} now")
    if certificate.not_after <= now:
        found.append(f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC; it is {now:%Y-%m-%d %H:%M} now")
    elif certificate.not_after < now + margin:
        left = (certificate.not_after - now) / timedelta(days=1)
        found.append(
            f"expires on {certificate.not_after:%Y-%m-%d %H:%M} UTC, in {left:.1f} days;"
            f" it must outlive {margin / timedelta(days=1):g} days"
        )
    if private_public_key is None:
        found.append("has no private key beside it")
    elif private_public_key != certificate.public_key:
        found.append(
            f"does not belong to its private key (public key sha256 {certificate.public_key[:16]},"
            f" the private key's is {private_public_key[:16]})"
        )
    return found


def _lacking(what: str, wanted: tuple[str, ...], present: frozenset[str]) -> list[str]:
    has = ", ".join(sorted(present)) or "none"
    return [f"lacks {what} {one} (has {has})" for one in wanted if one not in present]


def _organizations(organizations: tuple[str, ...]) -> str:
    return "organization " + ", ".join(map(repr, sorted(organizations))) if organizations else "no organization"
