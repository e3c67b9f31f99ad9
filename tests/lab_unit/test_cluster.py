"""What kubeadm is given, and when the cluster counts as whole."""

import datetime
from string import Template

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lab import cluster
from lab.places import FILES, MANIFESTS

VALUES = {
    "init": ("name", "address", "token", "kubernetes", "etcd_tag", "coredns_tag"),
    "join": ("name", "address", "token", "endpoint", "ca_hash"),
}


@pytest.mark.parametrize("verb", VALUES)
def test_kubeadm_s_files_are_whole_when_their_values_are_filled_in(verb: str) -> None:
    text = Template((FILES / f"kubeadm-{verb}.yaml").read_text()).substitute(dict.fromkeys(VALUES[verb], "x1"))
    for document in yaml.safe_load_all(text):
        assert {"apiVersion", "kind"} <= set(document)


def test_the_pod_network_may_only_look_at_nodes() -> None:
    documents = list(yaml.safe_load_all((MANIFESTS / "pod-network.yaml").read_text()))
    [role] = [each for each in documents if each["kind"] == "ClusterRole"]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]}]


def _node(name: str, ready: str) -> dict[str, object]:
    conditions = [{"type": "DiskPressure", "status": "False"}, {"type": "Ready", "status": ready}]
    return {"kind": "Node", "metadata": {"name": name}, "status": {"conditions": conditions}}


def _coredns(available: int) -> dict[str, object]:
    status = {"availableReplicas": available} if available else {}
    return {"kind": "Deployment", "metadata": {"name": "coredns"}, "spec": {"replicas": 2}, "status": status}


def _lease(name: str, namespace: str = "kube-node-lease") -> dict[str, object]:
    return {"kind": "Lease", "metadata": {"name": name, "namespace": namespace}}


LEASES = [_lease("a"), _lease("b")]


@pytest.mark.parametrize(
    ("items", "missing"),
    [
        ([_node("a", "True"), _node("b", "True"), _coredns(2), *LEASES], []),
        ([_node("a", "True"), _node("b", "False"), _coredns(2), *LEASES], ["b is not Ready"]),
        ([_node("a", "True"), _coredns(2), *LEASES], ["b is not Ready"]),
        (
            [_node("a", "True"), _node("b", "True"), _coredns(2), _lease("a"), _lease("b", "kube-system")],
            ["b has no Lease"],
        ),
        (
            [_node("a", "True"), _node("b", "True"), _coredns(0), *LEASES],
            ["CoreDNS: 0 of 2 replicas are available"],
        ),
        ([_node("a", "True"), _node("b", "Unknown"), *LEASES], ["b is not Ready", "there is no CoreDNS"]),
    ],
)
def test_what_keeps_the_cluster_from_being_whole_is_named(items: list[dict[str, object]], missing: list[str]) -> None:
    assert cluster.missing_in(items, ["a", "b"]) == missing


def test_a_ca_s_hash_is_that_of_its_public_key_and_not_of_the_certificate() -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    texts = [
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        for _ in range(2)
    ]
    assert texts[0] != texts[1]
    assert cluster.public_key_hash(texts[0]) == cluster.public_key_hash(texts[1])
    assert cluster.public_key_hash(texts[0]).startswith("sha256:")
