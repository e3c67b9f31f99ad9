"""Certificates, against throwaway CAs and against what kubeadm signed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from formats import certificates
from formats.certificates import Certificate, CertificateError, Request
from formats.kubeadm import PAIRS, Place
from tests.formats.authorities import NOW, Authority, make_authority

MARGIN = timedelta(days=30)
SERVER = Request(
    "kube-apiserver",
    names=("shaolin", "kubernetes"),
    addresses=("10.96.0.1", "10.27.53.32", "::1"),
    usages=("serverAuth",),
)


def signed(request: Request, authority: Authority, key: bytes, now: datetime = NOW) -> str:
    return certificates.sign(request, key, authority.pem, authority.key, now)


@pytest.fixture(scope="module")
def key() -> bytes:
    return certificates.new_key("ECDSA-P256")


@pytest.fixture(scope="module")
def pem(cluster_ca: Authority, key: bytes) -> str:
    return signed(SERVER, cluster_ca, key)


def test_reading_finds_in_a_certificate_of_kubeadm_what_openssl_finds(data: Path) -> None:
    (found,) = certificates.read((data / "pki/apiserver.crt").read_text())
    assert found == Certificate(
        subject="CN=kube-apiserver",
        issuer="CN=kubernetes",
        common_name="kube-apiserver",
        organizations=(),
        names=frozenset(
            (
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "shaolin",
            )
        ),
        addresses=frozenset(("10.96.0.1", "10.27.53.32")),
        usages=frozenset(("serverAuth",)),
        not_before=datetime(2026, 11, 23, 11, 34, 48, tzinfo=UTC),
        not_after=datetime(2027, 11, 23, 11, 39, 48, tzinfo=UTC),
        serial=0x09B9D7AE64D95108,
        fingerprint="1a8ccbd418a84c4bda2082908dca982ed798ab080f727e28b832a668b28fe358",
        public_key="a8d95ae24856ef3df84a8cf505f2224f7d6411e58d20ccc2dc8f029b08278b7e",
        key_kind="RSA-2048",
        is_authority=False,
    )


def test_an_authority_and_a_client_of_kubeadm_are_read(data: Path) -> None:
    (authority,) = certificates.read((data / "pki/etcd/ca.crt").read_text())
    assert (authority.is_authority, authority.usages) == (True, frozenset())
    (client,) = certificates.read((data / "pki/etcd/healthcheck-client.crt").read_text())
    assert client.usages == {"clientAuth"}
    assert not client.names | client.addresses


def test_addresses_are_in_their_shortest_form(data: Path) -> None:
    (found,) = certificates.read((data / "pki/etcd/peer.crt").read_text())
    assert found.addresses == {"10.27.53.32", "127.0.0.1", "::1"}


def test_a_bundle_is_read_in_its_order(cluster_ca: Authority, etcd_ca: Authority, key: bytes) -> None:
    bundle = "# two of them\n" + cluster_ca.pem + key.decode() + etcd_ca.pem
    assert [one.common_name for one in certificates.read(bundle)] == ["kubernetes", "etcd-ca"]


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_an_error(text: str) -> None:
    with pytest.raises(CertificateError, match="no readable certificate in"):
        certificates.read(text)


def test_kubeadms_signatures_are_told_apart(data: Path) -> None:
    for path, pair in PAIRS.items():
        leaf = (data / f"pki/{path}.crt").read_text()
        for authority in ("ca", "front-proxy-ca", "etcd/ca"):
            ca = (data / f"pki/{authority}.crt").read_text()
            assert certificates.is_signed_by(leaf, ca) == (authority == pair.authority)


def test_another_authority_of_the_same_name_has_not_signed(pem: str, cluster_ca: Authority) -> None:
    namesake = make_authority("kubernetes", "ECDSA-P256")
    assert certificates.is_signed_by(pem, cluster_ca.pem)
    assert not certificates.is_signed_by(pem, namesake.pem)
    assert certificates.is_signed_by(pem, namesake.pem + cluster_ca.pem), "either of a bundle will do"


def test_an_authority_with_another_kind_of_key_has_not_signed(pem: str, rsa_ca: Authority) -> None:
    assert not certificates.is_signed_by(pem, rsa_ca.pem)


def test_what_is_signed_is_laid_out_as_kubeadm_lays_it_out(data: Path, rsa_ca: Authority) -> None:
    place = Place("shaolin", "10.27.53.32", "10.96.0.1")
    for path, pair in PAIRS.items():
        theirs = x509.load_pem_x509_certificate((data / f"pki/{path}.crt").read_bytes())
        ours = x509.load_pem_x509_certificate(signed(pair.request(place), rsa_ca, rsa_ca.key).encode())
        assert ours.subject == theirs.subject
        assert _layout(ours) == _layout(theirs)
        assert ours.signature_algorithm_oid == theirs.signature_algorithm_oid
        assert ours.not_valid_after_utc - ours.not_valid_before_utc == timedelta(days=365, minutes=5)
        assert theirs.not_valid_after_utc - theirs.not_valid_before_utc == timedelta(days=365, minutes=5)
        assert 0 < ours.serial_number < 2**63


def _layout(certificate: x509.Certificate) -> list[object]:
    """The extensions in order, with their values but for the key identifier, which differs from CA to CA."""
    return [
        (one.oid, one.critical, None if isinstance(one.value, x509.AuthorityKeyIdentifier) else one.value)
        for one in certificate.extensions
    ]


def test_several_organizations_survive(cluster_ca: Authority, key: bytes) -> None:
    request = Request("kubernetes-admin", ("kubeadm:cluster-admins", "ops"), usages=("clientAuth",))
    (found,) = certificates.read(signed(request, cluster_ca, key))
    assert set(found.organizations) == {"kubeadm:cluster-admins", "ops"}
    assert found.common_name == "kubernetes-admin"


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("RSA-2048", b"-----BEGIN RSA PRIVATE KEY-----\n"),
        ("ECDSA-P256", b"-----BEGIN EC PRIVATE KEY-----\n"),
        ("ECDSA-P384", b"-----BEGIN EC PRIVATE KEY-----\n"),
    ],
)
def test_keys_are_written_as_kubeadm_writes_them(kind: str, begins: bytes, etcd_ca: Authority) -> None:
    made = certificates.new_key(kind)
    assert made.startswith(begins)
    assert certificates.key_kind_of(made) == kind
    (found,) = certificates.read(signed(SERVER, etcd_ca, made))
    assert (found.key_kind, found.public_key) == (kind, certificates.public_key_of(made))


def test_an_unknown_kind_of_key_is_an_error() -> None:
    with pytest.raises(CertificateError, match="no key of kind 'RSA-1024': kubeadm knows RSA-2048, "):
        certificates.new_key("RSA-1024")


def test_public_keys_have_the_same_digest_as_their_private_ones(data: Path) -> None:
    # sa.pub is compared across masters, and with sa.key.
    public = x509.load_pem_x509_certificate((data / "pki/ca.crt").read_bytes()).public_key()
    text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (authority,) = certificates.read((data / "pki/ca.crt").read_text())
    assert certificates.public_key_of(text) == authority.public_key


def test_an_unreadable_key_is_an_error_that_does_not_repeat_it() -> None:
    key_text = "MHcCAQEEIDO5qgh1T"
    for text in (key_text, f"-----BEGIN EC PRIVATE KEY-----\n{key_text}\n-----END EC PRIVATE KEY-----\n"):
        with pytest.raises(CertificateError) as caught:
            certificates.public_key_of(text.encode())
        assert key_text not in str(caught.value)
        assert caught.value.__suppress_context__


def test_a_certificate_that_satisfies_has_no_faults(pem: str, key: bytes, cluster_ca: Authority) -> None:
    public_key = certificates.public_key_of(key)
    assert certificates.faults(pem, public_key, cluster_ca.pem, SERVER, NOW, MARGIN) == []


def test_more_than_wanted_is_no_fault(pem: str, key: bytes, cluster_ca: Authority) -> None:
    less = Request("kube-apiserver", names=("kubernetes",), addresses=("0:0::1",), usages=("serverAuth",))
    public_key = certificates.public_key_of(key)
    assert certificates.faults(pem, public_key, cluster_ca.pem, less, NOW, MARGIN) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"names": ("api.lab",)}, "lacks name api.lab (has kubernetes, shaolin)"),
        (
            {"addresses": ("10.24.138.208",)},
            "lacks address 10.24.138.208 (has 10.27.53.32, 10.96.0.1, ::1)",
        ),
        ({"addresses": ("10.27.53.3",)}, "lacks address 10.27.53.3 (has 10.27.53.32, 10.96.0.1, ::1)"),
        ({"usages": ("clientAuth",)}, "lacks usage clientAuth (has serverAuth)"),
        ({"common_name": "wudang"}, "has common name 'kube-apiserver', wanted is 'wudang'"),
        (
            {"organizations": ("system:masters",)},
            "has no organization, wanted is organization 'system:masters'",
        ),
    ],
)
def test_a_fault_names_what_is_wanted_and_what_is_there(
    change: dict[str, object], fault: str, pem: str, key: bytes, cluster_ca: Authority
) -> None:
    values: dict[str, object] = {"common_name": "kube-apiserver", "usages": ("serverAuth",)}
    request = Request(**(values | change))  # type: ignore[arg-type]
    public_key = certificates.public_key_of(key)
    assert certificates.faults(pem, public_key, cluster_ca.pem, request, NOW, MARGIN) == [fault]


def test_an_organization_too_many_is_a_fault(cluster_ca: Authority, key: bytes) -> None:
    found = signed(Request("x", ("system:masters",), usages=("clientAuth",)), cluster_ca, key)
    wanted = Request("x", usages=("clientAuth",))
    faults = certificates.faults(found, certificates.public_key_of(key), cluster_ca.pem, wanted, NOW, MARGIN)
    assert faults == ["has organization 'system:masters', wanted is no organization"]


def test_a_signature_of_another_authority_is_a_fault(pem: str, key: bytes, etcd_ca: Authority) -> None:
    (fault,) = certificates.faults(pem, certificates.public_key_of(key), etcd_ca.pem, SERVER, NOW, MARGIN)
    assert fault.startswith("is not signed by CN=etcd-ca (sha256 ")
    assert fault.endswith("; its issuer is CN=kubernetes")


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        (
            NOW - timedelta(hours=1),
            "is not valid before 2026-11-23 11:55 UTC; it is 2026-11-23 11:00 now",
        ),
        (NOW + timedelta(days=365), "expired on 2027-11-23 12:00 UTC; it is 2027-11-23 12:00 now"),
        (
            NOW + timedelta(days=345),
            "expires on 2027-11-23 12:00 UTC, in 20.0 days; it must outlive 30 days",
        ),
    ],
)
def test_a_certificate_out_of_its_time_is_a_fault(
    now: datetime, fault: str, pem: str, key: bytes, cluster_ca: Authority
) -> None:
    public_key = certificates.public_key_of(key)
    assert certificates.faults(pem, public_key, cluster_ca.pem, SERVER, now, MARGIN) == [fault]


def test_a_missing_and_a_foreign_key_are_faults(pem: str, cluster_ca: Authority) -> None:
    faults = certificates.faults(pem, None, cluster_ca.pem, SERVER, NOW, MARGIN)
    assert faults == ["has no private key beside it"]
    foreign = certificates.public_key_of(cluster_ca.key)
    (fault,) = certificates.faults(pem, foreign, cluster_ca.pem, SERVER, NOW, MARGIN)
    assert fault.startswith("does not belong to its private key (public key sha256 ")


def test_nothing_is_signed_with_another_authoritys_key(cluster_ca: Authority, etcd_ca: Authority, key: bytes) -> None:
    with pytest.raises(CertificateError, match="the private key given for CN=kubernetes is another CA's"):
        certificates.sign(SERVER, key, cluster_ca.pem, etcd_ca.key, NOW)


def test_nothing_is_signed_by_an_expired_authority(key: bytes) -> None:
    expired = make_authority("kubernetes", "ECDSA-P256", until=NOW)
    with pytest.raises(CertificateError, match="CN=kubernetes expired on 2026-11-23 12:00 UTC"):
        signed(SERVER, expired, key)


def test_a_description_shows_what_people_compare(pem: str) -> None:
    lines = certificates.describe(pem).splitlines()
    assert lines[:-1] == [
        "subject: CN=kube-apiserver",
        "names: kubernetes, shaolin",
        "addresses: 10.27.53.32, 10.96.0.1, ::1",
        "usages: serverAuth",
        "issuer: CN=kubernetes",
        "valid: 2026-11-23 11:55:00 to 2027-11-23 12:00:00 UTC",
    ]
    assert lines[-1].startswith("key: ECDSA-P256, sha256 ")


def test_a_request_refuses_what_is_no_address() -> None:
    with pytest.raises(ValueError, match=r"api\.lab"):
        Request("x", addresses=("api.lab",))
