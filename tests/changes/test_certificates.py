"""Certificates signed onto a host, by a real shell on a real filesystem, with a throwaway CA."""

import os
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from changes.certificates import Signed, margin
from formats import certificates
from formats.certificates import Request
from nodes.commands import CommandFailed, Result
from nodes.hosts import Hosts
from tests.changes import secrets_seen
from tests.changes.folder_host import FolderHost, hosts, with_authority
from tests.formats.authorities import Authority, make_authority

PAIR = "/etc/kubernetes/pki/apiserver"
CA = "/etc/kubernetes/pki/ca"
REQUEST = Request(
    "kube-apiserver", names=("wudang", "kubernetes"), addresses=("10.24.138.208",), usages=("serverAuth",)
)
SIGNED = Signed("wudang", PAIR, CA, REQUEST, "ECDSA-P256")


def put_pair(
    host: FolderHost, authority: Authority, request: Request = REQUEST, lifetime: timedelta = timedelta(days=365)
) -> bytes:
    """A pair that stands there before; gives its key."""
    key = certificates.new_key("ECDSA-P256")
    signed = datetime.now(UTC) - timedelta(days=365) + lifetime
    host.put(f"{PAIR}.key", key, 0o600)
    host.put(f"{PAIR}.crt", certificates.sign(request, key, authority.pem, authority.key, signed))
    return key


def test_a_pair_that_is_missing_is_made_and_then_so(both: Hosts, wudang: FolderHost) -> None:
    before = SIGNED.look(both)
    assert (before.so, before.seen) == (False, "no such file")
    SIGNED.do(both)
    assert SIGNED.look(both).so
    assert (wudang.mode(f"{PAIR}.key"), wudang.mode(f"{PAIR}.crt")) == ("0600", "0644")


def test_what_is_made_is_what_was_asked_for(both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
    SIGNED.do(both)
    pem = wudang.text(f"{PAIR}.crt")
    (made,) = certificates.read(pem)
    assert made.common_name == "kube-apiserver"
    assert (made.names, made.addresses, made.usages) == (
        {"wudang", "kubernetes"},
        {"10.24.138.208"},
        {"serverAuth"},
    )
    assert made.key_kind == "ECDSA-P256"
    assert certificates.is_signed_by(pem, shaolin.text(f"{CA}.crt"))


def test_a_server_can_use_what_is_made(both: Hosts, wudang: FolderHost) -> None:
    SIGNED.do(both)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(wudang.at(f"{PAIR}.crt"), wudang.at(f"{PAIR}.key"))


def test_a_key_that_is_there_is_kept(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    """An apiserver that reads between two renames would serve a pair that does not match."""
    key = put_pair(wudang, authority, Request("kube-apiserver", names=("wudang",)))
    before = SIGNED.look(both)
    assert not before.so
    assert "lacks name kubernetes" in before.seen
    SIGNED.do(both)
    assert SIGNED.look(both).so
    assert wudang.at(f"{PAIR}.key").read_bytes() == key


def test_the_first_masters_own_pair_matches_at_every_moment(
    both: Hosts, shaolin: FolderHost, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its apiserver serves while the certificate is renamed, and reads whenever it likes."""
    put_pair(shaolin, authority, Request("kube-apiserver", names=("shaolin",)))
    matched: list[bool] = []
    run = shaolin.run

    def watched(command: str, **how: Any) -> Result:
        result = run(command, **how)
        (certificate,) = certificates.read(shaolin.text(f"{PAIR}.crt"))
        matched.append(certificate.public_key == certificates.public_key_of(shaolin.at(f"{PAIR}.key").read_bytes()))
        return result

    monkeypatch.setattr(shaolin, "run", watched)
    Signed("shaolin", PAIR, CA, REQUEST, "ECDSA-P256").do(both)
    assert set(matched) == {True}
    assert len(shaolin.kept(f"{PAIR}.crt")) == 1


def test_a_key_that_a_killed_run_left_alone_is_used(both: Hosts, wudang: FolderHost) -> None:
    key = certificates.new_key("ECDSA-P256")
    wudang.put(f"{PAIR}.key", key, 0o600)
    SIGNED.do(both)
    assert SIGNED.look(both).so
    assert wudang.at(f"{PAIR}.key").read_bytes() == key


def test_a_certificate_without_its_key_is_signed_anew(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    put_pair(wudang, authority)
    wudang.at(f"{PAIR}.key").unlink()
    assert SIGNED.look(both).seen == "has no private key beside it"
    SIGNED.do(both)
    assert SIGNED.look(both).so


def test_a_key_of_another_certificate_is_seen(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    put_pair(wudang, authority)
    wudang.put(f"{PAIR}.key", certificates.new_key("ECDSA-P256"), 0o600)
    assert SIGNED.look(both).seen.startswith("does not belong to its private key")
    SIGNED.do(both)
    assert SIGNED.look(both).so


def test_a_certificate_of_another_authority_is_signed_anew(both: Hosts, wudang: FolderHost) -> None:
    put_pair(wudang, make_authority("kubernetes", "ECDSA-P256"))
    assert SIGNED.look(both).seen.startswith("is not signed by CN=kubernetes")
    SIGNED.do(both)
    assert SIGNED.look(both).so


@pytest.mark.parametrize(("days", "so"), [(29, False), (31, True)])
def test_what_ends_within_thirty_days_is_signed_anew(
    both: Hosts, wudang: FolderHost, authority: Authority, days: int, so: bool
) -> None:
    put_pair(wudang, authority, lifetime=timedelta(days=days))
    assert SIGNED.look(both).so is so


def test_more_names_than_wanted_are_left_alone(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    wide = Request("kube-apiserver", names=("wudang", "kubernetes", "old"), addresses=("10.24.138.208",))
    put_pair(wudang, authority, Request(**{**wide.__dict__, "usages": ("serverAuth",)}))
    assert SIGNED.look(both).so


def test_the_diff_shows_names_and_lifetime_and_no_bytes(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    put_pair(wudang, authority, Request("kube-apiserver", names=("wudang",), usages=("serverAuth",)))
    diff = SIGNED.look(both).diff
    assert "-names: wudang\n" in diff
    assert "+names: kubernetes, wudang\n" in diff
    assert "+valid: 365 days from now\n" in diff
    assert "BEGIN" not in diff


def test_no_key_is_in_a_command_a_look_or_an_error(
    shaolin: FolderHost, wudang: FolderHost, authority: Authority
) -> None:
    both = hosts(shaolin, wudang)
    said = [str(SIGNED.look(both)), str(SIGNED), repr(SIGNED)]
    SIGNED.do(both)
    key = wudang.at(f"{PAIR}.key").read_bytes()
    wudang.at(f"{PAIR}.crt").unlink()
    wudang.at(f"{PAIR}.crt").mkdir()  # what cannot be replaced
    with pytest.raises(CommandFailed) as failed:
        SIGNED.do(both)
    said += [str(failed.value), *shaolin.commands, *wudang.commands]
    assert not secrets_seen.seen(key, said)
    assert not secrets_seen.seen(authority.key, said)


def test_the_authoritys_key_never_reaches_the_new_master(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    """It is used here; what a step wants on the new master it copies by a change of its own."""
    SIGNED.do(both)
    assert authority.key not in {path.read_bytes() for path in wudang.folder.rglob("*") if path.is_file()}


def test_an_authoritys_key_that_is_another_ones_signs_nothing(
    both: Hosts, shaolin: FolderHost, wudang: FolderHost
) -> None:
    shaolin.put(f"{CA}.key", make_authority("kubernetes", "ECDSA-P256").key, 0o600)
    with pytest.raises(certificates.CertificateError, match="another CA's"):
        SIGNED.do(both)
    assert not wudang.at(f"{PAIR}.crt").exists()


def test_a_pair_below_etcds_authority_is_signed_by_that_one(
    both: Hosts, shaolin: FolderHost, wudang: FolderHost
) -> None:
    etcd_ca = make_authority("etcd-ca", "ECDSA-P256")
    with_authority(shaolin, etcd_ca, "/etc/kubernetes/pki/etcd/ca")
    signed = Signed(
        "wudang", "/etc/kubernetes/pki/etcd/peer", "/etc/kubernetes/pki/etcd/ca", Request("wudang"), "ECDSA-P256"
    )
    signed.do(both)
    assert signed.look(both).so
    assert certificates.is_signed_by(wudang.text("/etc/kubernetes/pki/etcd/peer.crt"), etcd_ca.pem)


@pytest.mark.parametrize("ending", ["crt", "key"])
def test_a_file_that_is_no_certificate_or_key_is_a_fault_to_mend(
    both: Hosts, wudang: FolderHost, authority: Authority, ending: str
) -> None:
    put_pair(wudang, authority)
    wudang.put(f"{PAIR}.{ending}", "-----BEGIN PRIVATE KEY-----\nhalf of it\n", 0o600)
    assert not SIGNED.look(both).so
    SIGNED.do(both)
    assert SIGNED.look(both).so


def test_a_key_that_cannot_be_read_is_in_no_report(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    key = put_pair(wudang, authority)
    wudang.put(f"{PAIR}.key", key.replace(b"-----END EC PRIVATE KEY-----", b"-----END"), 0o600)
    said = [secrets_seen.reported(lambda: SIGNED.look(both)), secrets_seen.reported(lambda: SIGNED.do(both))]
    assert not secrets_seen.seen(key, said)


def test_a_key_that_others_may_read_is_not_so(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    key = put_pair(wudang, authority)
    wudang.at(f"{PAIR}.key").chmod(0o644)
    assert SIGNED.look(both).seen == "its key: it is mode 0644 of root, wanted 0600 root"
    SIGNED.do(both)
    assert SIGNED.look(both).so
    assert wudang.at(f"{PAIR}.key").read_bytes() == key


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_key_that_is_not_roots_is_not_so(both: Hosts, wudang: FolderHost, authority: Authority) -> None:
    put_pair(wudang, authority)
    os.chown(wudang.at(f"{PAIR}.key"), 12345, 12345)
    assert SIGNED.look(both).seen == "its key: it is mode 0600 of another user, wanted 0600 root"
    SIGNED.do(both)
    assert SIGNED.look(both).so


def test_a_short_lifetime_is_enough_where_the_cluster_wants_it(both: Hosts) -> None:
    short = Signed("wudang", PAIR, CA, Request("kube-apiserver", lifetime=timedelta(days=30)), "ECDSA-P256")
    short.do(both)
    assert short.look(both).so


@pytest.mark.parametrize(("lifetime", "days"), [(365, 30), (61, 30), (60, 30), (30, 15), (1, 0.5)])
def test_what_is_signed_now_outlives_the_margin_twice(lifetime: float, days: float) -> None:
    """Or it would be signed anew at every run."""
    assert margin(Request("any", lifetime=timedelta(days=lifetime))) == timedelta(days=days)
