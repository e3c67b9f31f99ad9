"""What is read of a host before it is a node, by the very script in a real shell."""

import json
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from changes.ground import Bare, Ground, survey
from formats import creation
from nodes.hosts import Hosts
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs
from tests.steps import states

WANTED = states.to_create().cluster
ADDRESS = {
    "ifname": "eth0",
    "addr_info": [
        {"family": "inet", "local": "10.27.53.32", "prefixlen": 32, "scope": "global"},
        {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
    ],
}
IP = f"""
case "$*" in
  *address*) echo '{json.dumps([{"ifname": "lo", "addr_info": []}, ADDRESS])}' ;;
  *-6*) ;;
  *) echo '[{{"dst": "default", "dev": "eth0"}},'; echo '{{"dst": "10.27.52.72", "dev": "eth0", "flags": []}}]' ;;
esac
"""
KUBEADM = """
case "$*" in
  "version -o short") echo "${KUBEADM_VERSION:-v1.37.2}" ;;
  "config validate"*) cat > "$STATE/validated"; [ ! -e "$STATE/bad" ] || { echo 'unknown field "etdc"' >&2; exit 1; } ;;
  "config images list"*) cat > "$STATE/listed"; echo "registry.k8s.io/etcd:3.7.3-0" ;;
esac
"""


@pytest.fixture(autouse=True)
def programs_there(programs: Programs) -> Programs:
    for name, script in {
        "ip": IP,
        "kubeadm": KUBEADM,
        "kubelet": "echo Kubernetes v1.37.2",
        "systemctl": "echo active",
        "flock": "",
        "ss": "",
        "ctr": "",
        "nginx": "",
        "df": "echo Avail; echo 1000",
        "etcdctl": "",
        "etcdutl": "",
        "kubectl": "",
        "openssl": "",
    }.items():
        programs.add(name, script)
    return programs


@pytest.fixture
def cluster(both: Hosts, shaolin: FolderHost) -> Hosts:
    for name in ("crt", "key"):
        shaolin.at(f"/etc/kubernetes/pki/ca.{name}").unlink()
    inventory = states.inventory("shaolin:master wudang:master", balancers=("wudang",))
    fleet = _Fleet(both.fleet)  # type: ignore[arg-type]
    return replace(both, fleet=fleet, inventory=inventory)  # type: ignore[arg-type]


class _Fleet(dict[str, FolderHost]):
    def side_by_side(self, work, names):  # type: ignore[no-untyped-def]
        return {name: work(name) for name in names}


def seen(cluster: Hosts) -> Ground:
    return survey(cluster, WANTED)


def test_a_bare_host_carries_nothing(cluster: Hosts) -> None:
    ground = seen(cluster)
    found = ground.bare["shaolin"]
    assert (found.signs, found.cni, found.missing, found.ca) == ((), (), (), "")
    assert (found.kubeadm, found.kubelet, found.containerd) == ("v1.37.2", "v1.37.2", "active")
    assert [str(route) for route in found.routes] == ["10.27.52.72/32 dev eth0"]
    assert found.addresses == (ip_interface("10.27.53.32/32"),)
    assert (ground.first, ground.begun, ground.complaint) == ("shaolin", "", "")
    assert ground.images == ("registry.k8s.io/etcd:3.7.3-0",)
    assert ground.machines["wudang"].free_bytes == 1000


def test_kubeadm_is_asked_about_the_very_configuration(cluster: Hosts, programs: Programs) -> None:
    ground = seen(cluster)
    assert ground.configuration == creation.init_configuration(WANTED, creation.Node("shaolin", "10.27.53.32"))
    assert (programs.state / "validated").read_text() == ground.configuration
    assert (programs.state / "listed").read_text() == ground.configuration


def test_what_kubeadm_does_not_take_is_told_in_its_words(cluster: Hosts, programs: Programs) -> None:
    (programs.state / "bad").touch()
    ground = seen(cluster)
    assert (ground.complaint, ground.images) == ('unknown field "etdc"', ())


def test_another_kubeadm_is_not_asked(cluster: Hosts, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEADM_VERSION", "v1.30.0")
    ground = seen(cluster)
    assert (ground.images, ground.complaint, ground.bare["wudang"].kubeadm) == ((), "", "v1.30.0")
    assert not (programs.state / "validated").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        "/etc/kubernetes/kubelet.conf",
        "/etc/kubernetes/bootstrap-kubelet.conf",
        "/etc/kubernetes/pki/sa.key",
        "/var/lib/etcd/member",
        "/var/lib/kubelet/config.yaml",
        "/var/lib/kubeadm-ha/first-master.json",
    ],
)
def test_every_sign_of_a_cluster_is_seen(cluster: Hosts, wudang: FolderHost, path: str) -> None:
    file = wudang.put(path, "")
    assert _signs(seen(cluster).bare["wudang"]) == [str(file)]
    assert seen(cluster).bare["shaolin"].signs == ()


def _signs(found: Bare) -> list[str]:
    return list(found.signs)


def test_pod_networks_configuration_and_the_authority_are_seen(cluster: Hosts, wudang: FolderHost) -> None:
    file = wudang.put("/etc/cni/net.d/10-old.conflist", "{}")
    wudang.put("/etc/kubernetes/pki/ca.crt", "abc")
    found = seen(cluster).bare["wudang"]
    assert found.cni == (str(file),)
    assert found.ca == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_an_earlier_run_has_begun_is_read(cluster: Hosts, shaolin: FolderHost) -> None:
    shaolin.put("/var/lib/kubeadm-ha/kubeadm.yaml", "kind: InitConfiguration\n", 0o600)
    assert seen(cluster).begun == "kind: InitConfiguration\n"
