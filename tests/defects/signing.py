"""Certificates that somebody signed by hand, on the host that holds the authority's key."""

from tests.defects.shell import PKI

_CONFIGURATION = r"""[ca]\ndefault_ca=one\n[one]\nnew_certs_dir=$d\ndatabase=$d/index\nserial=$d/serial\n\
default_md=sha256\npolicy=any\nunique_subject=no\nx509_extensions=ext\n[any]\ncommonName=supplied\n\
organizationName=optional\n[ext]\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n%s"""


def signed(
    path: str,
    subject: str,
    alternatives: str = "",
    *,
    authority: str = "ca",
    usage: str = "serverAuth",
    begins: str = "1 hour ago",
    ends: str = "300 days",
    before: str = "true",
) -> str:
    """Shell that signs PATH.crt anew for the key beside it; names below pki/, times as `date -d` takes them.

    before: shell that may make another authority, $d/ca.crt and $d/ca.key, in the folder $d; say authority="$d/ca".
    """
    by = authority if authority.startswith("$") else f"{PKI}/{authority}"
    names = f"subjectAltName={alternatives}\\n" if alternatives else ""
    configuration = _CONFIGURATION.replace("\\\n", "") % (usage, names)
    return (
        f'd=$(mktemp -d) && {before} && printf "{configuration}" > $d/conf && : > $d/index && openssl rand -hex 8'
        f" > $d/serial && openssl req -new -key {PKI}/{path}.key -subj '{subject}' -out $d/request &&"
        f" openssl ca -batch -notext -config $d/conf -cert {by}.crt -keyfile {by}.key -in $d/request -out $d/crt"
        f" -startdate $(date -u -d '{begins}' +%Y%m%d%H%M%SZ) -enddate $(date -u -d '{ends}' +%Y%m%d%H%M%SZ)"
        f" && cat $d/crt > {PKI}/{path}.crt && rm -r $d"
    )


def authority_called(subject: str) -> str:
    """Shell that makes a CA of that name, which is not the cluster's, in $d."""
    return f"openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '{subject}' -keyout $d/ca.key -out $d/ca.crt"
