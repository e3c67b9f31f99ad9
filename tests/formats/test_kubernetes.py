"""kubectl's JSON, as an apiserver of 1.37.2 gave it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from formats import kubernetes
from formats.kubernetes import KubernetesOutputError, Taint, Toleration

CONTROL_PLANE = Taint("node-role.kubernetes.io/control-plane", "NoSchedule")


@pytest.fixture
def sample(data: Path) -> Path:
    return data / "kubernetes"


def test_nodes_say_who_they_are_and_how_they_do(sample: Path) -> None:
    huashan, shaolin = kubernetes.nodes((sample / "nodes.json").read_text())
    assert (shaolin.name, shaolin.internal_address, shaolin.ready) == ("shaolin", "10.27.53.32", True)
    assert (shaolin.kubelet_version, shaolin.runtime_version) == ("v1.37.2", "containerd://2.4.2")
    assert shaolin.labels["node-role.kubernetes.io/control-plane"] == ""
    assert shaolin.taints == {CONTROL_PLANE}
    assert shaolin.pod_cidrs == ("10.244.0.0/24",)
    assert huashan.taints == frozenset()
    assert kubernetes.node((sample / "node.json").read_text()) == shaolin


def test_a_node_whose_kubelet_is_gone_is_not_ready(sample: Path) -> None:
    document = json.loads((sample / "node.json").read_text())
    for condition in document["status"]["conditions"]:
        condition |= {"status": "Unknown", "message": "Kubelet stopped posting node status."}
    node = kubernetes.node(json.dumps(document))
    assert (node.ready, node.reason) == (False, "Kubelet stopped posting node status.")
    del document["status"], document["spec"]
    node = kubernetes.node(json.dumps(document))
    assert (node.ready, node.reason, node.internal_address) == (False, "it has never reported", "")


def test_pods_tell_their_state_and_their_owner(sample: Path) -> None:
    pods = {pod.name: pod for pod in kubernetes.pods((sample / "pods.json").read_text())}
    web = pods["web-57d9664db9-2jw6c"]
    assert (web.node, web.phase, web.ready, web.restarts) == ("huashan", "Running", True, 3)
    assert (web.addresses, web.images) == (("10.244.1.2",), ("web:1",))
    assert web.owner_kinds == {"ReplicaSet"}
    assert web.start_time == datetime(2026, 11, 23, 12, 6, 30, tzinfo=UTC)
    waiting = pods["pinned"]
    assert (waiting.node, waiting.phase, waiting.start_time) == ("", "Pending", None)
    assert "had untolerated taint(s)" in waiting.why_unscheduled
    assert pods["net-fmtwj"].host_network


def test_only_ordinary_pods_have_to_leave(sample: Path) -> None:
    pods = kubernetes.pods((sample / "pods.json").read_text())
    ordinary = {pod.name for pod in pods if pod.is_ordinary(CONTROL_PLANE)}
    # not: the static pod, the DaemonSet's, and CoreDNS, which tolerates the taint
    assert ordinary == {"pinned", "web-57d9664db9-2jw6c", "web-57d9664db9-frghn"}
    static = next(pod for pod in pods if pod.is_static)
    assert static.name == "kube-scheduler-shaolin"


def test_a_finished_pod_has_not_to_leave(sample: Path) -> None:
    text = (sample / "pods.json").read_text().replace('"phase": "Running"', '"phase": "Succeeded"')
    finished = next(pod for pod in kubernetes.pods(text) if pod.phase == "Succeeded")
    assert not finished.is_ordinary(CONTROL_PLANE)


@pytest.mark.parametrize(
    ("toleration", "tolerates"),
    [
        (Toleration("", "Exists", "", ""), True),
        (Toleration("node-role.kubernetes.io/control-plane", "Exists", "", ""), True),
        (Toleration("node-role.kubernetes.io/control-plane", "", "", "NoSchedule"), True),
        (Toleration("node-role.kubernetes.io/control-plane", "Equal", "", "NoSchedule"), True),
        (Toleration("node-role.kubernetes.io/control-plane", "Equal", "x", "NoSchedule"), False),
        (Toleration("node-role.kubernetes.io/control-plane", "Exists", "", "NoExecute"), False),
        (Toleration("node-role.kubernetes.io/master", "Exists", "", ""), False),
        (Toleration("node-role.kubernetes.io/control-plane", "Gt", "1", "NoSchedule"), False),
    ],
)
def test_a_toleration_lets_a_pod_in(toleration: Toleration, tolerates: bool) -> None:
    assert toleration.of(CONTROL_PLANE) == tolerates


def test_a_taint_is_written_as_kubectl_takes_it() -> None:
    assert str(CONTROL_PLANE) == "node-role.kubernetes.io/control-plane:NoSchedule"
    assert str(Taint("a", "NoExecute", "b")) == "a=b:NoExecute"


def test_leases_name_their_holder(sample: Path) -> None:
    leases = {lease.name: lease for lease in kubernetes.leases((sample / "leases.json").read_text())}
    lease = leases["kube-controller-manager"]
    assert (lease.namespace, lease.holder_host, lease.duration) == ("kube-system", "shaolin", 15)
    assert lease.renew_time == datetime(2026, 11, 23, 12, 5, 29, 787571, tzinfo=UTC)
    assert lease.is_held(lease.renew_time + timedelta(seconds=14))
    assert not lease.is_held(lease.renew_time + timedelta(seconds=15))


def test_a_lease_that_was_given_up_is_held_by_nobody(sample: Path) -> None:
    document = json.loads((sample / "leases.json").read_text())
    document["items"] = document["items"][:1]
    document["items"][0]["spec"] = {"holderIdentity": ""}
    (lease,) = kubernetes.leases(json.dumps(document))
    assert (lease.holder, lease.renew_time) == ("", None)
    assert not lease.is_held(datetime(2026, 11, 23, tzinfo=UTC))


def test_a_service_leads_to_the_addresses_that_are_ready(sample: Path) -> None:
    assert kubernetes.addresses((sample / "slices.json").read_text()) == {"10.27.53.32"}
    text = (sample / "slices-web.json").read_text()
    assert kubernetes.addresses(text) == {"10.244.1.2"}
    assert kubernetes.addresses(text.replace('"ready": true', '"ready": false')) == set()


def test_a_cluster_configuration_has_kubeadms_defaults(sample: Path) -> None:
    found = kubernetes.cluster_configuration((sample / "kubeadm-config.json").read_text())
    assert found.control_plane_endpoint == ""
    assert (found.cert_sans, found.etcd_server_sans, found.etcd_peer_sans) == ((), (), ())
    assert (found.cluster_name, found.dns_domain) == ("kubernetes", "cluster.local")
    assert (found.pod_subnet, found.service_subnet) == ("10.244.0.0/16", "10.96.0.0/12")
    assert (found.kubernetes_version, found.image_repository) == ("v1.37.2", "registry.k8s.io")
    assert (found.certificates_dir, found.etcd_data_dir) == ("/etc/kubernetes/pki", "/var/lib/etcd")
    assert (found.external_etcd, found.key_algorithm) == ((), "RSA-2048")
    assert found.certificate_lifetime == timedelta(days=365)


def test_a_cluster_configuration_has_what_was_set(sample: Path) -> None:
    found = kubernetes.cluster_configuration((sample / "kubeadm-config-full.json").read_text())
    assert found.control_plane_endpoint == "api.lab:6443"
    assert found.cert_sans == ("apiserver.example", "192.0.2.7")
    assert (found.etcd_server_sans, found.etcd_peer_sans) == (("etcd.example",), ("192.0.2.8",))
    assert (found.cluster_name, found.dns_domain) == ("temple", "temple.example")
    assert (found.etcd_data_dir, found.key_algorithm) == ("/srv/etcd", "ECDSA-P256")
    assert found.certificate_lifetime == timedelta(hours=4380)


def test_an_external_etcd_is_named(sample: Path) -> None:
    document = json.loads((sample / "kubeadm-config.json").read_text())
    document["data"]["ClusterConfiguration"] = (
        "apiVersion: kubeadm.k8s.io/v1beta4\n"
        "etcd:\n  external:\n    endpoints: [https://192.0.2.9:2379]\n"
        "kind: ClusterConfiguration\nkubernetesVersion: v1.37.2\n"
    )
    found = kubernetes.cluster_configuration(json.dumps(document))
    assert found.external_etcd == ("https://192.0.2.9:2379",)
    assert found.certificate_lifetime == timedelta(days=365)


def test_an_endpoint_is_written_where_kubeadm_writes_it(sample: Path) -> None:
    before, after = ((sample / f"configuration-{when}.yaml").read_text() for when in ("before", "after"))
    assert kubernetes.with_endpoint(before, "api.lab:8443") == after
    assert kubernetes.with_endpoint(after, "api.lab:8443") == after
    assert kubernetes.with_endpoint(after, "other:1") == after.replace("api.lab:8443", "other:1")
    assert "controlPlaneEndpoint: '[fd00::1]:8443'\n" in kubernetes.with_endpoint(before, "[fd00::1]:8443")


def test_an_endpoint_goes_into_a_configuration_only() -> None:
    with pytest.raises(KubernetesOutputError, match="not kubeadm's ClusterConfiguration"):
        kubernetes.with_endpoint("- a list\n", "api.lab:8443")


@pytest.mark.parametrize("text", ["", "error: the server", "[]", '{"kind":"PodList"}', '{"kind":"NodeList"}'])
def test_other_output_is_an_error(text: str) -> None:
    with pytest.raises(KubernetesOutputError, match="list of Node"):
        kubernetes.nodes(text)


def test_another_kind_of_object_is_an_error(sample: Path) -> None:
    with pytest.raises(KubernetesOutputError, match="a Node where a ConfigMap was asked for"):
        kubernetes.cluster_configuration((sample / "node.json").read_text())
    document = json.loads((sample / "kubeadm-config.json").read_text())
    for data in ({}, {"ClusterConfiguration": "kind: InitConfiguration\n"}, {"ClusterConfiguration": "a: ["}):
        with pytest.raises(KubernetesOutputError):
            kubernetes.cluster_configuration(json.dumps(document | {"data": data}))
