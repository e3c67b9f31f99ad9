"""Kubeconfigs on a host, by a real shell on a real filesystem, with a throwaway CA."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from changes.kubeconfigs import Credential, PointedAt
from formats import certificates, kubeconfigs
from formats.certificates import Request
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from tests.changes import secrets_seen
from tests.changes.folder_host import FolderHost
from tests.formats.authorities import Authority, make_authority

PATH = "/etc/kubernetes/scheduler.conf"
OWN = "https://10.24.138.208:6443"
ENDPOINT = "https://api.lab:8443"
REQUEST = Request("system:kube-scheduler", usages=("clientAuth",))
CREDENTIAL = Credential("wudang", PATH, REQUEST, "/etc/kubernetes/pki", "ECDSA-P256", OWN)
POINTED = PointedAt("wudang", PATH, ENDPOINT)


def put_kubeconfig(
    host: FolderHost,
    authority: Authority,
    request: Request = REQUEST,
    days_left: float = 365,
    trusted: Authority | None = None,
) -> bytes:
    """One that stands there before, pointing at the endpoint; gives the key in it."""
    key = certificates.new_key("ECDSA-P256")
    signed = datetime.now(UTC) - timedelta(days=365 - days_left)
    certificate = certificates.sign(request, key, authority.pem, authority.key, signed)
    ca = (trusted or authority).pem
    host.put(PATH, kubeconfigs.render(ENDPOINT, ca, request.common_name, certificate, key), 0o600)
    return key


class TestCredential:
    def test_a_file_that_is_missing_is_made_and_then_so(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        assert CREDENTIAL.look(both).seen == "no such file"
        CREDENTIAL.do(both)
        assert CREDENTIAL.look(both).so
        assert wudang.mode(PATH) == "0600"
        text = wudang.text(PATH)
        assert (kubeconfigs.server(text), kubeconfigs.ca_pem(text)) == (OWN, authority.pem)

    def test_what_is_made_says_who_it_is(self, both: Hosts, wudang: FolderHost) -> None:
        CREDENTIAL.do(both)
        text = wudang.text(PATH)
        (made,) = certificates.read(kubeconfigs.client_certificate(text) or "")
        assert (made.common_name, made.organizations, made.usages) == ("system:kube-scheduler", (), {"clientAuth"})
        assert kubeconfigs.client_public_key(text) == made.public_key
        assert kubeconfigs.user(text) == "system:kube-scheduler"

    def test_a_good_one_is_left_alone_wherever_it_points(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        """Step 6 points admin.conf to the endpoint: no reason for step 3 of the next run to write it anew."""
        put_kubeconfig(wudang, authority)
        assert CREDENTIAL.look(both).so

    def test_another_clusters_credential_is_replaced_and_kept(self, both: Hosts, wudang: FolderHost) -> None:
        put_kubeconfig(wudang, make_authority("kubernetes", "ECDSA-P256"))
        before = CREDENTIAL.look(both)
        assert "is not signed by CN=kubernetes" in before.seen
        assert "trusts another CA than the cluster's" in before.seen
        CREDENTIAL.do(both)
        assert CREDENTIAL.look(both).so
        assert len(wudang.kept(PATH)) == 1

    def test_one_that_trusts_another_authority_is_not_so(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        put_kubeconfig(wudang, authority, trusted=make_authority("kubernetes", "ECDSA-P256"))
        assert CREDENTIAL.look(both).seen == "trusts another CA than the cluster's"

    @pytest.mark.parametrize(
        ("request_", "days", "fault"),
        [
            (Request("system:masters", usages=("clientAuth",)), 365, "has common name 'system:masters'"),
            (Request("system:kube-scheduler", ("root",), usages=("clientAuth",)), 365, "has organization 'root'"),
            (Request("system:kube-scheduler"), 365, "lacks usage clientAuth"),
            (REQUEST, 29, "it must outlive 30 days"),
        ],
    )
    def test_a_credential_of_another_kind_is_replaced(
        self, both: Hosts, wudang: FolderHost, authority: Authority, request_: Request, days: float, fault: str
    ) -> None:
        put_kubeconfig(wudang, authority, request_, days)
        assert fault in CREDENTIAL.look(both).seen
        CREDENTIAL.do(both)
        assert CREDENTIAL.look(both).so

    def test_a_kubelets_file_that_names_a_rotating_certificate_has_none_in_it(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        put_kubeconfig(wudang, authority)
        lines = [
            line.replace("client-certificate-data:", "client-certificate: /var/lib/kubelet/pki/current.pem #")
            for line in wudang.text(PATH).splitlines()
            if "client-key-data" not in line
        ]
        wudang.put(PATH, "\n".join(lines), 0o600)
        assert CREDENTIAL.look(both).seen == "no client certificate in it"

    def test_no_key_is_in_a_command_a_look_or_an_error(
        self, both: Hosts, shaolin: FolderHost, wudang: FolderHost, authority: Authority
    ) -> None:
        old = put_kubeconfig(wudang, authority, days_left=10)
        said = [str(CREDENTIAL.look(both)), str(CREDENTIAL), repr(CREDENTIAL)]
        CREDENTIAL.do(both)
        made = kubeconfigs.client_certificate(wudang.text(PATH))
        said += [str(CREDENTIAL.look(both)), *shaolin.commands, *wudang.commands]
        assert made
        assert not secrets_seen.seen(old, said)
        assert not secrets_seen.seen(authority.key, said)
        assert not [text for text in said if "client-key-data: LS0t" in text]


class TestPointedAt:
    def test_the_server_alone_changes(self, both: Hosts, wudang: FolderHost, authority: Authority) -> None:
        put_kubeconfig(wudang, authority)
        own = PointedAt("wudang", PATH, OWN)
        before = wudang.text(PATH)
        assert own.look(both).seen == f"it names {ENDPOINT}"
        own.do(both)
        assert own.look(both).so
        assert wudang.text(PATH) == before.replace(ENDPOINT, OWN)
        assert [kept.read_text() for kept in wudang.kept(PATH)] == [before]
        assert wudang.mode(PATH) == "0600"

    def test_what_already_points_there_is_left_alone(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        put_kubeconfig(wudang, authority)
        assert POINTED.look(both).so

    def test_the_diff_shows_the_server_and_masks_the_key(
        self, both: Hosts, wudang: FolderHost, authority: Authority
    ) -> None:
        key = put_kubeconfig(wudang, authority)
        diff = PointedAt("wudang", PATH, OWN).look(both).diff
        assert f"-    server: {ENDPOINT}\n+    server: {OWN}\n" in diff
        assert not secrets_seen.seen(key, [diff])
        assert "LS0t" not in diff, "nothing in base64 at all"

    def test_no_key_is_in_a_command(self, both: Hosts, wudang: FolderHost, authority: Authority) -> None:
        key = put_kubeconfig(wudang, authority)
        PointedAt("wudang", PATH, OWN).do(both)
        assert not secrets_seen.seen(key, wudang.commands)

    def test_a_file_that_is_missing_is_not_so_and_not_made(self, both: Hosts, wudang: FolderHost) -> None:
        """Whoever's it is has to be made first, by what signs it."""
        assert POINTED.look(both).seen == "no such file"
        with pytest.raises(CommandFailed, match="No such file"):
            POINTED.do(both)
        assert not wudang.at(PATH).exists()

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a: [", b"kind: Config\n"])
    def test_a_file_that_is_no_kubeconfig_is_said_with_host_and_path(
        self, both: Hosts, wudang: FolderHost, content: bytes
    ) -> None:
        wudang.put(PATH, content, 0o600)
        assert POINTED.look(both).seen.startswith("it cannot be read: ")
        with pytest.raises(ValueError, match=f"^wudang: {PATH} cannot be read: "):
            POINTED.do(both)
        assert wudang.at(PATH).read_bytes() == content


class TestUnreadable:
    """A credential that nobody can read is made anew: it is of no use to anybody."""

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a: [", b"kind: Config\n"])
    def test_it_is_a_fault_to_mend(self, both: Hosts, wudang: FolderHost, content: bytes) -> None:
        wudang.put(PATH, content, 0o600)
        assert CREDENTIAL.look(both).seen.startswith("it cannot be read: ")
        CREDENTIAL.do(both)
        assert CREDENTIAL.look(both).so
        assert [kept.read_bytes() for kept in wudang.kept(PATH)] == [content]


@pytest.mark.parametrize("act", ["look", "do"])
@pytest.mark.parametrize("change", [CREDENTIAL, POINTED], ids=["credential", "server"])
def test_a_file_that_cannot_be_read_is_in_no_report(
    both: Hosts, wudang: FolderHost, authority: Authority, change: Credential | PointedAt, act: str
) -> None:
    put_kubeconfig(wudang, authority)
    text = wudang.put(PATH, wudang.text(PATH).replace("current-context:", "context:"), 0o600).read_text()
    assert text[-60:-5] not in secrets_seen.reported(lambda: getattr(change, act)(both))


@pytest.mark.parametrize("change", [CREDENTIAL, POINTED], ids=["credential", "server"])
def test_a_file_that_others_may_read_is_not_so(
    both: Hosts, wudang: FolderHost, authority: Authority, change: Credential | PointedAt
) -> None:
    """Somebody copied admin.conf over with scp: it holds a key."""
    put_kubeconfig(wudang, authority)
    wudang.at(PATH).chmod(0o644)
    assert change.look(both).seen == "it is mode 0644 of root, wanted 0600 root"
    change.do(both)
    assert change.look(both).so


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("change", [CREDENTIAL, POINTED], ids=["credential", "server"])
def test_a_file_that_is_not_roots_is_not_so(
    both: Hosts, wudang: FolderHost, authority: Authority, change: Credential | PointedAt
) -> None:
    put_kubeconfig(wudang, authority)
    os.chown(wudang.at(PATH), 12345, 12345)
    assert change.look(both).seen == "it is mode 0600 of another user, wanted 0600 root"
    change.do(both)
    assert change.look(both).so
