"""kubeadm's documents: what is written into them, and what a file of them may not say."""

import pytest
import yaml

from formats import creation
from formats.creation import Cluster, Node

FIRST, WORKER = Node("shaolin", "10.27.53.32"), Node("huashan", "10.27.52.80")
MORE = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs:
    - {name: v, value: "4"}
timeouts: {controlPlaneComponentHealthCheck: 2m0s}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
etcd: {local: {imageTag: 3.7.3-0}}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failSwapOn: false
"""


def cluster(more: str = "") -> Cluster:
    return Cluster("v1.37.2", "10.244.0.0/16", "10.96.0.0/12", "cluster.local", creation.documents(more))


def test_plain_cluster_is_two_documents() -> None:
    init, made = yaml.safe_load_all(creation.init_configuration(cluster(), FIRST))
    assert init == {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "InitConfiguration",
        "bootstrapTokens": [{"ttl": "5m0s"}],
        "localAPIEndpoint": {"advertiseAddress": "10.27.53.32", "bindPort": 6443},
        "nodeRegistration": {"name": "shaolin", "kubeletExtraArgs": [{"name": "node-ip", "value": "10.27.53.32"}]},
    }
    assert made == {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "kubernetesVersion": "v1.37.2",
        "networking": {"podSubnet": "10.244.0.0/16", "serviceSubnet": "10.96.0.0/12", "dnsDomain": "cluster.local"},
    }


def test_what_a_file_adds_stands_beside_what_the_runbook_sets() -> None:
    assert creation.faults(MORE) == []
    init, made, kubelet = yaml.safe_load_all(creation.init_configuration(cluster(MORE), FIRST))
    assert init["nodeRegistration"] == {
        "name": "shaolin",
        "criSocket": "unix:///run/containerd/containerd.sock",
        "kubeletExtraArgs": [{"name": "node-ip", "value": "10.27.53.32"}, {"name": "v", "value": "4"}],
    }
    assert init["timeouts"] == {"controlPlaneComponentHealthCheck": "2m0s"}
    assert made["etcd"] == {"local": {"imageTag": "3.7.3-0"}}
    assert made["kubernetesVersion"] == "v1.37.2"
    assert kubelet["failSwapOn"] is False
    assert creation.tolerates_swap(cluster(MORE))
    assert not creation.tolerates_swap(cluster())


def test_same_nodes_file_gives_the_same_bytes() -> None:
    """A run that goes on compares them with what the killed one wrote."""
    assert creation.init_configuration(cluster(MORE), FIRST) == creation.init_configuration(cluster(MORE), FIRST)


def test_joining_node_believes_one_authority_and_registers_as_itself() -> None:
    text = creation.join_configuration(cluster(MORE), WORKER, FIRST, "abcdef.0123456789abcdef", "sha256:00")
    assert yaml.safe_load(text) == {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "JoinConfiguration",
        "discovery": {
            "bootstrapToken": {
                "apiServerEndpoint": "10.27.53.32:6443",
                "token": "abcdef.0123456789abcdef",
                "caCertHashes": ["sha256:00"],
            }
        },
        "nodeRegistration": {
            "name": "huashan",
            "criSocket": "unix:///run/containerd/containerd.sock",
            "kubeletExtraArgs": [{"name": "node-ip", "value": "10.27.52.80"}, {"name": "v", "value": "4"}],
        },
        "timeouts": {"controlPlaneComponentHealthCheck": "2m0s"},
    }


def test_address_of_the_sixth_version_is_joined_in_brackets() -> None:
    text = creation.join_configuration(cluster(), WORKER, Node("shaolin", "2001:db8::1"), "a.b", "sha256:00")
    assert "'[2001:db8::1]:6443'" in text


CLUSTER = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
INIT = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (CLUSTER + "kubernetesVersion: v1.37.2\n", 3, "write `create.version`"),
        (CLUSTER + "networking: {podSubnet: 10.0.0.0/8}\n", 3, "write `create.pod_subnet`"),
        (CLUSTER + "controlPlaneEndpoint: api.lab:8443\n", 3, "step 6 sets it"),
        (CLUSTER + "certificatesDir: /srv/pki\n", 3, "a cluster that is made here has kubeadm's own place"),
        (CLUSTER + "etcd:\n  external: {endpoints: []}\n", 4, "step 2 grows an etcd that kubeadm runs itself"),
        (CLUSTER + "etcd:\n  local:\n    dataDir: /srv\n", 5, "a cluster that is made here has kubeadm's own place"),
        (CLUSTER + "dns: {disabled: true}\n", 3, "asks the cluster's DNS"),
        (CLUSTER + "proxy: {disabled: true}\n", 3, "step 7 moves kube-proxy"),
        (
            CLUSTER + "apiServer:\n  extraArgs:\n    - {name: secure-port, value: '7443'}\n",
            4,
            "`secure-port` in apiServer.extraArgs is the runbook's own",
        ),
        (CLUSTER + "etcd: {local: {extraArgs: [{name: data-dir, value: /srv}]}}\n", 3, "`data-dir` in etcd.local"),
        (INIT + "bootstrapTokens: []\n", 3, "`bootstrapTokens` in InitConfiguration is the runbook's own"),
        (INIT + "localAPIEndpoint: {bindPort: 7443}\n", 3, "the runbook's own"),
        (INIT + "nodeRegistration:\n  name: shaolin\n", 4, "`nodeRegistration.name` differs from node to node"),
        (INIT + "nodeRegistration:\n  taints: []\n", 4, "`nodeRegistration.taints`"),
        (INIT + "nodeRegistration: here\n", 3, "is a map"),
        (INIT + "nodeRegistration:\n  kubeletExtraArgs: {v: 4}\n", 4, "is a list of"),
        (
            INIT + "nodeRegistration:\n  kubeletExtraArgs:\n    - {name: node-ip, value: 10.0.0.1}\n",
            4,
            "`node-ip` comes from nodes.yaml",
        ),
        ("kind: InitConfiguration\n", 1, "write `apiVersion: kubeadm.k8s.io/v1beta4` for InitConfiguration"),
        (CLUSTER.replace("v1beta4", "v1beta3"), 1, "write `apiVersion: kubeadm.k8s.io/v1beta4`"),
        (CLUSTER + "---\n" + CLUSTER, 4, "a second ClusterConfiguration"),
        (CLUSTER.replace("Cluster", "Join"), 2, "write its nodeRegistration in an InitConfiguration"),
        ("apiVersion: v1\nkind: Pod\n", 2, "Pod is nothing to kubeadm"),
        ("apiVersion: v1\n", 1, "a document without a `kind`"),
        ("- a\n", 1, "a document without a `kind`"),
        ("kind: [\n", 2, "not readable as YAML"),
    ],
)
def test_what_a_file_may_not_say_is_told_with_its_line(text: str, line: int, sentence: str) -> None:
    ((found, said),) = creation.faults(text)
    assert found == line
    assert sentence in said


def test_every_fault_of_a_file_is_told() -> None:
    text = f"{CLUSTER}kubernetesVersion: v1.30.0\ndns: {{disabled: true}}\n---\n{INIT}bootstrapTokens: []\n"
    assert [line for line, _ in creation.faults(text)] == [3, 4, 8]


def test_empty_file_adds_nothing() -> None:
    assert creation.faults("# nothing\n") == []
    assert creation.documents("# nothing\n---\n") == ()


def test_manifest_is_told_by_its_objects() -> None:
    text = "{apiVersion: v1, kind: Namespace, metadata: {name: net}}\n---\n---\n" + (
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: routes, namespace: net}}\n"
    )
    assert creation.objects(text) == ("Namespace net", "DaemonSet net/routes")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it holds no object"),
        ("a: b", "document 1 is no object of the API"),
        ("kind: [", "line 1: not readable as YAML"),
        ("{apiVersion: v1, kind: Namespace, metadata: {}}", "document 1 is no object"),
    ],
)
def test_manifest_without_objects_is_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        creation.objects(text)
