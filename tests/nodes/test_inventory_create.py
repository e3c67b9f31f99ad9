"""nodes.yaml's `create:`, and the two files that it names: every mistake has one sentence, with its line."""

# ruff: noqa: E501 - the sentences stand whole, as a person sees them

from pathlib import Path

import pytest
import yaml

from lab import components, images
from nodes.inventory import Inventory, InventoryError, load

GOOD = """\
cluster: {endpoint: "api.lab:8443"}
ssh: {known_hosts: known_hosts}
nodes:
  shaolin: {address: 10.27.53.32, role: master}
  wudang: {address: 10.24.138.208, role: master}
  emei: {address: 10.27.52.72, role: master}
load_balancer: {nodes: [emei]}
workload: {image: "registry.lab/web:1"}
create:
  version: v1.37.2
  pod_subnet: 10.244.0.0/16
  pod_network: net/pods.yaml
  configuration: kubeadm.yaml
"""
MANIFEST = "{apiVersion: v1, kind: Namespace, metadata: {name: net}}\n"
MORE = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nimageRepository: registry.example\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "known_hosts").touch()
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "pods.yaml").write_text(MANIFEST)
    (tmp_path / "kubeadm.yaml").write_text(MORE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str) -> Inventory:
    path = Path("nodes.yaml")
    path.write_text(text)
    return load(path)


def mistakes(text: str) -> list[str]:
    with pytest.raises(InventoryError) as error:
        loaded(text)
    return [line.removeprefix("nodes.yaml:") for line in str(error.value).splitlines()]


def test_everything_in_it_is_there_and_its_files_are_read() -> None:
    create = loaded(GOOD).create
    assert create is not None
    assert create.pod_network == MANIFEST
    cluster = create.cluster
    assert (cluster.version, cluster.pod_subnet) == ("v1.37.2", "10.244.0.0/16")
    assert (cluster.service_subnet, cluster.dns_domain) == ("10.96.0.0/12", "cluster.local")
    assert cluster.of_kind("ClusterConfiguration")["imageRepository"] == "registry.example"


def test_it_may_be_left_out_and_so_may_more_documents() -> None:
    assert loaded(GOOD[: GOOD.index("create:")]).create is None
    create = loaded(GOOD.replace("  configuration: kubeadm.yaml\n", "")).create
    assert create is not None
    assert create.cluster.documents == ()


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("v1.37.2", "1.37.2", "10: `create.version`: `1.37.2` is no version of Kubernetes: write what `kubeadm version -o short` prints there"),
        ("v1.37.2", "v1.30.1", "10: `create.version`: `v1.30.1` is too old: kubeadm reads the configuration that is written here from v1.31 on: create the cluster by hand, then take it on"),
        ("  version: v1.37.2\n", "", "9: `create.version` is missing: write `version: v1.37.2`"),
        ("10.244.0.0/16", "10.244.0.0", "11: `create.pod_subnet`: `10.244.0.0` is a single address: write a range such as 10.244.0.0/16"),
        ("10.244.0.0/16", "10.244.0.1/16", "11: `create.pod_subnet`: `10.244.0.1/16` is no range (10.244.0.1/16 has host bits set): write one such as 10.244.0.0/16"),
        ("10.244.0.0/16", "pods", "11: `create.pod_subnet`: `pods` is no range ('pods' does not appear to be an IPv4 or IPv6 network): write one such as 10.244.0.0/16"),
        ("10.244.0.0/16", '"10.244.0.0/16,10.245.0.0/16"', "11: `create.pod_subnet`: `10.244.0.0/16,10.245.0.0/16` is no range ('10.244.0.0/16,10.245.0.0/16' does not appear to be an IPv4 or IPv6 network): write one such as 10.244.0.0/16"),
        ("10.244.0.0/16", '"fd00:10:244::/56"', "11: `create.pod_subnet`: `fd00:10:244::/56` is a range of IPv6, which is not supported: write one such as 10.244.0.0/16"),
        ("10.244.0.0/16", "10.100.0.0/16", "11: pod_subnet 10.100.0.0/16 overlaps service_subnet 10.96.0.0/12: write ranges apart"),
        ("  pod_network: net/pods.yaml\n", "", "9: `create.pod_network` is missing: write `pod_network: pod-network.yaml`"),
        ("net/pods.yaml", "none.yaml", "12: none.yaml: no such file or directory: name the manifest of the pod network"),
        ("net/pods.yaml", "net", "12: net: is a directory: name the manifest of the pod network"),
        ("net/pods.yaml", "known_hosts", "12: known_hosts: it holds no object: name the manifest of the pod network"),
        ("configuration: kubeadm.yaml", "configuration: none.yaml", "13: none.yaml: no such file or directory: name a file of kubeadm's documents"),
        ("configuration: kubeadm", "dns_domain: K8s.example\n  configuration: kubeadm", "13: `create.dns_domain`: `K8s.example` is no DNS name in lower case: write one such as cluster.local"),
        ("  configuration", "  pod_cidr: x\n  configuration", "13: unknown key `pod_cidr` in create: remove it (known here: version, pod_subnet, service_subnet, dns_domain, pod_network, configuration)"),
    ],
)  # fmt: skip
def test_mistake_has_one_sentence_with_its_line(written: str, instead: str, told: str) -> None:
    text = GOOD.replace(written, instead)
    assert text != GOOD
    assert mistakes(text) == [told]


def test_mistakes_in_the_file_of_documents_have_its_own_lines(folder: Path) -> None:
    (folder / "kubeadm.yaml").write_text(MORE + "kubernetesVersion: v1.37.2\ndns: {disabled: true}\n")
    assert mistakes(GOOD) == [
        "13: kubeadm.yaml, line 4: `kubernetesVersion` in ClusterConfiguration: the runbook sets it: write `create.version` in nodes.yaml",
        "13: kubeadm.yaml, line 5: `dns.disabled` in ClusterConfiguration: the gate of step 1 asks the cluster's DNS: remove it",
    ]


def test_file_of_documents_that_is_no_utf_8_is_told(folder: Path) -> None:
    (folder / "kubeadm.yaml").write_bytes(b"\xff")
    assert mistakes(GOOD) == ["13: kubeadm.yaml: it is no UTF-8: name a file of kubeadm's documents"]


class TestTheLabsOwnFile:
    """nodes-bare.yaml beside nodes.yaml: the same hosts, and the versions that the lab has built."""

    ROOT = Path(__file__).parents[2]

    def test_it_names_the_hosts_of_nodes_yaml(self) -> None:
        whole, bare = (yaml.safe_load((self.ROOT / name).read_text()) for name in ("nodes.yaml", "nodes-bare.yaml"))
        del bare["create"], whole["change"]
        assert bare == {**whole, "cluster": {"endpoint": whole["cluster"]["endpoint"]}}

    def test_it_asks_for_the_versions_that_the_hosts_have(self) -> None:
        create = yaml.safe_load((self.ROOT / "nodes-bare.yaml").read_text())["create"]
        documents = yaml.safe_load_all((self.ROOT / create["configuration"]).read_text())
        made = next(one for one in documents if one["kind"] == "ClusterConfiguration")
        tags = images.Tags.of(components.chosen())
        assert create["version"] == tags.kubernetes
        assert (made["etcd"]["local"]["imageTag"], made["dns"]["imageTag"]) == (tags.etcd, tags.coredns)
