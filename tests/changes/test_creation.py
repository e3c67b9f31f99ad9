"""A cluster from hosts that have none: what each change takes for done, and that its token is seen by nobody.

The commands run in a real shell; kubeadm, kubectl and flock are stood in for.
"""

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from changes.initialized import Initialized
from changes.joined import Joined
from changes.kubeadm import UnfinishedError
from changes.whole import Applied, Whole
from formats import certificates
from formats.creation import Cluster
from nodes import waiting
from nodes.hosts import Hosts
from nodes.secret import Secret
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs
from tests.changes.secrets_seen import reported

TOKEN = "abcdef.0123456789abcdef"  # noqa: S105  # nobody's
CLUSTER = Cluster("v1.37.2", "10.244.0.0/16", "10.96.0.0/12", "cluster.local")
INIT, JOIN = Initialized("shaolin", "v1.37.2"), Joined("wudang", CLUSTER)
MANIFEST = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: routes, namespace: kube-system}}\n"
NETWORK = Applied("shaolin", "the pod network", MANIFEST)
ADMIN = "/etc/kubernetes/admin.conf"

# $STATE/objects has what the API holds, a name a line; it answers while $STATE/serving is there.
KUBECTL = """
[ -e "$STATE/serving" ] || { echo "connection refused" >&2; exit 1; }
case " $* " in
  *" --raw "*) echo ok ;;
  *" get node shaolin -o json "*) cat "$STATE/shaolin.json" ;;
  *" get node wudang "*) grep -x node/wudang "$STATE/objects" || true ;;
  *" cluster-info -o jsonpath"*) cat "$STATE/signature" ;;
  *" cluster-info "*) grep -x configmap/cluster-info "$STATE/objects" || true ;;
  *" apply "*) cat > "$STATE/manifest"; echo >> "$STATE/tries"
    [ "$(wc -l < "$STATE/tries")" -gt "$(cat "$STATE/kinds")" ] || { echo "no matches for kind" >&2; exit 1; } ;;
  *" -f - "*) cat > "$STATE/manifest"; grep -qx applied "$STATE/objects" || { echo "not found" >&2; exit 1; } ;;
  *" get configmap/kubeadm-config "*) cat "$STATE/objects" ;;
esac
"""
KUBEADM = """
echo "$*" >> "$STATE/calls"
case "$*" in
  "token create"*) echo "$TOKEN"; exit ;;
  "token delete"*) exit ;;
  join*) cat /dev/stdin > "$STATE/joined" ;;
esac
echo "[kubeadm] says this"
touch "$STATE/certificate"
[ ! -e "$STATE/fails" ] || { echo "error: it did not work" >&2; echo "To see the stack trace, …" >&2; exit 1; }
sh "$STATE/then"
"""
MADE = (
    *(f"configmap/{name}" for name in ("kubeadm-config", "kubelet-config", "coredns", "kube-proxy", "cluster-info")),
    "deployment.apps/coredns",
    "daemonset.apps/kube-proxy",
)
NODE = (Path(__file__).parents[1] / "formats/data/kubernetes/node.json").read_text()


@pytest.fixture(autouse=True)
def cluster(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
    programs.add("kubectl", KUBECTL)
    programs.add("kubeadm", KUBEADM)
    programs.add("flock", "exit 0")
    for name, text in (("objects", ""), ("then", ""), ("signature", "a..b"), ("kinds", "0"), ("shaolin.json", NODE)):
        (programs.state / name).write_text(text)
    return programs


@pytest.fixture
def two(both: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    """With what the changes ask of the inventory, and sessions that hand out secrets."""
    nodes = {
        "shaolin": SimpleNamespace(name="shaolin", address="10.27.53.32"),
        "wudang": SimpleNamespace(name="wudang", address="10.24.138.208"),
    }
    monkeypatch.setattr(
        FolderHost, "secret_of", lambda host, command: Secret(host.check(command).encode()), raising=False
    )
    # /run is this machine's own
    monkeypatch.setattr("changes.kubeadm.LOCK", str(tmp_path / "lock"))
    return replace(both, inventory=SimpleNamespace(nodes=nodes))  # type: ignore[arg-type]


def serve(programs: Programs, *objects: str) -> None:
    (programs.state / "serving").touch()
    (programs.state / "objects").write_text("".join(f"{name}\n" for name in objects))


def calls(programs: Programs) -> list[str]:
    log = programs.state / "calls"
    return log.read_text().splitlines() if log.exists() else []


class TestInit:
    def test_bare_host_has_no_cluster(self, two: Hosts, shaolin: FolderHost) -> None:
        shaolin.at("/etc/kubernetes/pki/ca.crt").unlink()
        look = INIT.look(two)
        assert (look.so, look.seen) == (False, "no cluster is there")

    @pytest.mark.parametrize("missing", MADE)
    def test_it_is_not_done_until_all_is_made(
        self, two: Hosts, shaolin: FolderHost, cluster: Programs, missing: str
    ) -> None:
        shaolin.put(ADMIN, "admin")
        serve(cluster, *(name for name in MADE if name != missing))
        assert INIT.look(two).seen == f"it was begun and not finished: no {missing}"

    def test_it_is_done_when_all_is_made_and_the_node_is_marked(
        self, two: Hosts, shaolin: FolderHost, cluster: Programs
    ) -> None:
        shaolin.put(ADMIN, "admin")
        serve(cluster, *MADE)
        assert INIT.look(two).so
        unmarked = NODE.replace('"node-role.kubernetes.io/control-plane"', '"another"')
        (cluster.state / "shaolin.json").write_text(unmarked)
        assert "its Node has no label node-role.kubernetes.io/control-plane" in INIT.look(two).seen

    def test_half_of_one_is_told_as_such_while_its_api_is_silent(self, two: Hosts, shaolin: FolderHost) -> None:
        assert INIT.look(two).seen == "it was begun and not finished: no cluster is there"
        shaolin.put(ADMIN, "admin")
        seen = INIT.look(two).seen
        assert seen == "it was begun and not finished: the API does not answer: connection refused"

    def test_half_of_one_is_finished_without_a_preflight_that_would_refuse_it(
        self, two: Hosts, shaolin: FolderHost, cluster: Programs
    ) -> None:
        shaolin.put(ADMIN, "admin")
        (cluster.state / "then").write_text(f"touch $STATE/serving; printf '%s\\n' {' '.join(MADE)} > $STATE/objects\n")
        INIT.do(two)
        assert calls(cluster)[0].endswith("/kubeadm.yaml --skip-token-print --skip-phases=preflight")
        assert INIT.look(two).so
        assert "[kubeadm] says this" in shaolin.text("/var/lib/kubeadm-ha/kubeadm.log")

    def test_first_one_asks_kubeadms_own_preflight(self, two: Hosts, shaolin: FolderHost, cluster: Programs) -> None:
        for name in ("ca.crt", "ca.key"):
            shaolin.at(f"/etc/kubernetes/pki/{name}").unlink()
        (cluster.state / "fails").touch()
        with pytest.raises(
            UnfinishedError, match="error: it did not work: all that it said stands in /var/lib/kubeadm"
        ):
            INIT.do(two)
        assert calls(cluster)[0].endswith("/kubeadm.yaml --skip-token-print")
        assert shaolin.mode("/var/lib/kubeadm-ha/kubeadm.log") == "0600"

    def test_what_kubeadm_makes_has_its_own_modes(self, two: Hosts, cluster: Programs, shaolin: FolderHost) -> None:
        """Certificates are public; a umask of the runbook's or of root's own would hide them."""
        shaolin.put(ADMIN, "admin")
        serve(cluster, *MADE)
        former = os.umask(0o077)
        try:
            INIT.do(two)
        finally:
            os.umask(former)
        assert (cluster.state / "certificate").stat().st_mode & 0o777 == 0o644
        assert shaolin.mode("/var/lib/kubeadm-ha/kubeadm.log") == "0600"


class TestPodNetwork:
    def test_plan_names_its_objects(self, two: Hosts) -> None:
        look = NETWORK.look(two)
        assert (look.so, look.seen, look.diff) == (
            False,
            "no cluster is there",
            "+ ServiceAccount kube-system/routes\n",
        )

    def test_it_is_so_when_the_api_has_them(self, two: Hosts, shaolin: FolderHost, cluster: Programs) -> None:
        shaolin.put(ADMIN, "admin")
        serve(cluster)
        assert NETWORK.look(two).seen == "not found"
        serve(cluster, "applied")
        assert NETWORK.look(two).so
        NETWORK.do(two)
        assert (cluster.state / "manifest").read_text() == MANIFEST

    def test_kinds_that_it_defines_itself_are_waited_for(
        self, two: Hosts, shaolin: FolderHost, cluster: Programs
    ) -> None:
        shaolin.put(ADMIN, "admin")
        serve(cluster)
        (cluster.state / "kinds").write_text("2")
        NETWORK.do(two)
        assert len((cluster.state / "tries").read_text().splitlines()) == 3


class TestJoin:
    KUBELET, BOOTSTRAP = "/etc/kubernetes/kubelet.conf", "/etc/kubernetes/bootstrap-kubelet.conf"

    @pytest.fixture(autouse=True)
    def whole(self, two: Hosts, shaolin: FolderHost, cluster: Programs) -> None:
        shaolin.put(ADMIN, "admin")
        serve(cluster, "node/wudang")

    def test_bare_host_is_no_node(self, two: Hosts) -> None:
        assert JOIN.look(two).seen == "it is no node"

    def test_it_is_so_with_a_credential_and_a_node(self, two: Hosts, wudang: FolderHost, cluster: Programs) -> None:
        wudang.put(self.KUBELET, "kubelet")
        assert JOIN.look(two).so
        serve(cluster)
        assert JOIN.look(two).seen == "the API has no Node wudang"

    def test_token_that_a_killed_join_has_left_is_removed(
        self, two: Hosts, wudang: FolderHost, cluster: Programs
    ) -> None:
        wudang.put(self.KUBELET, "kubelet")
        wudang.put(self.BOOTSTRAP, TOKEN)
        assert JOIN.look(two).seen == "a join was begun and not finished"
        JOIN.do(two)
        assert JOIN.look(two).so
        assert not wudang.at(self.BOOTSTRAP).exists()
        assert calls(cluster) == [], "it has its credential: no second join"

    def test_host_believes_the_first_masters_authority_alone(
        self, two: Hosts, shaolin: FolderHost, cluster: Programs
    ) -> None:
        JOIN.do(two)
        given = yaml.safe_load((cluster.state / "joined").read_text())
        ca = certificates.read(shaolin.text("/etc/kubernetes/pki/ca.crt"))[0]
        assert given["discovery"]["bootstrapToken"] == {
            "apiServerEndpoint": "10.27.53.32:6443",
            "token": TOKEN,
            "caCertHashes": [f"sha256:{ca.public_key}"],
        }
        assert given["nodeRegistration"]["name"] == "wudang"

    def test_token_lives_a_quarter_of_an_hour_at_most_and_is_taken_back(self, two: Hosts, cluster: Programs) -> None:
        JOIN.do(two)
        create, join, delete = calls(cluster)
        assert "--ttl 15m" in create
        assert join == "join --config /dev/stdin"
        assert delete.startswith("token delete --kubeconfig ")
        assert delete.endswith("/etc/kubernetes/admin.conf abcdef")

    def test_token_is_taken_back_when_the_join_fails_and_nobody_sees_it(
        self, two: Hosts, shaolin: FolderHost, wudang: FolderHost, cluster: Programs
    ) -> None:
        (cluster.state / "fails").touch()
        told = reported(lambda: JOIN.do(two))
        assert "error: it did not work: all that it said stands in" in told
        assert calls(cluster)[-1].startswith("token delete")
        secret = TOKEN.partition(".")[2]
        said = [told, *shaolin.commands, *wudang.commands, *calls(cluster), repr(JOIN)]
        assert not [text for text in said if secret in text]
        left = [path for host in (shaolin, wudang) for path in host.folder.rglob("*") if path.is_file()]
        assert not [path for path in left if secret in path.read_text(errors="replace")]

    def test_half_of_one_is_finished_without_a_preflight_that_would_refuse_it(
        self, two: Hosts, wudang: FolderHost, cluster: Programs
    ) -> None:
        wudang.put(self.BOOTSTRAP, TOKEN)
        JOIN.do(two)
        assert calls(cluster)[1] == "join --config /dev/stdin --skip-phases=preflight"

    def test_it_waits_for_the_signature(self, two: Hosts, cluster: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("changes.joined.SIGNED_SECONDS", 0.05)
        (cluster.state / "signature").write_text("")
        with pytest.raises(waiting.NeverCameError, match="the controller-manager has not signed yet"):
            JOIN.do(two)
        assert [call.split()[0] for call in calls(cluster)] == ["token", "token"], "no join before it"


def test_whole_is_nothing_before_there_is_a_cluster(two: Hosts) -> None:
    assert Whole("shaolin", ("shaolin", "wudang")).look(two).seen == "no cluster is there"
