"""Reading manifests, and where two of them differ."""

from pathlib import Path

import pytest

from formats.manifests import HostPath, ManifestError, Mount, differences, parse


@pytest.fixture
def apiserver(data: Path) -> str:
    return (data / "manifests/extras-shaolin/kube-apiserver.yaml").read_text()


def test_flags_keep_their_order_and_all_their_values(apiserver: str) -> None:
    manifest = parse(apiserver)
    assert (manifest.name, manifest.image) == ("kube-apiserver", "registry.k8s.io/kube-apiserver:v1.37.2")
    assert list(manifest.flags)[:2] == ["--advertise-address", "--allow-privileged"]
    assert manifest.flag("--secure-port") == "6443"
    assert manifest.flag("--leader-elect") is None
    assert manifest.flags["--service-account-issuer"] == (
        "https://kubernetes.default.svc.cluster.local",
        "https://10.27.53.32:6443",
    )


def test_flags_may_be_written_in_other_ways(apiserver: str) -> None:
    text = apiserver.replace("--secure-port=6443", "--secure-port\n    - '7443'\n    - --profiling\n    - -v=2")
    manifest = parse(text)
    assert manifest.flag("--secure-port") == "7443"
    assert manifest.flag("--profiling") == "true"
    assert manifest.flag("-v") == "2"


def test_paths_are_the_hosts_and_not_the_containers(apiserver: str) -> None:
    manifest = parse(apiserver)
    assert manifest.on_host("/etc/encryption/config.yaml") == "/etc/kubernetes/secrets/config.yaml"
    assert manifest.on_host("/etc/kubernetes/pki/etcd/ca.crt") == "/etc/kubernetes/pki/etcd/ca.crt"
    assert manifest.on_host("/usr/local/bin/kube-apiserver") is None
    assert HostPath("kms", "/run/kms/kms.sock", "Socket") in manifest.host_paths
    assert Mount("encryption", "/etc/encryption", "", True) in manifest.mounts
    assert manifest.writable == {"audit-log", "kms"}


def test_a_volume_that_another_container_writes_is_writable(apiserver: str) -> None:
    sidecar = (
        "  containers:\n  - name: sidecar\n    image: x:1\n    volumeMounts: [{name: encryption, mountPath: /x}]\n"
    )
    assert "encryption" in parse(apiserver.replace("  containers:\n", sidecar)).writable


def test_variables_are_those_with_a_value(apiserver: str) -> None:
    assert parse(apiserver).variables["HTTP_PROXY"] == "http://proxy.example:3128"


def test_a_path_in_the_image_is_not_on_the_host(data: Path) -> None:
    text = (data / "manifests/extras-shaolin/kube-controller-manager.yaml").read_text()
    assert parse(text).flag("--flex-volume-plugin-dir") == "/opt/none"
    assert parse(text).on_host("/opt/none") is None


def test_a_sub_path_of_a_volume_is_followed(apiserver: str) -> None:
    text = apiserver.replace(
        "    - mountPath: /etc/encryption\n", "    - mountPath: /etc/encryption\n      subPath: v2\n"
    )
    assert parse(text).on_host("/etc/encryption/config.yaml") == "/etc/kubernetes/secrets/v2/config.yaml"


def test_other_containers_are_not_the_component(apiserver: str) -> None:
    text = apiserver.replace(
        "  containers:\n",
        "  containers:\n  - name: kms-plugin\n    image: kms:1\n    command: [kms, --x=1]\n",
    )
    manifest = parse(text)
    assert manifest.flag("--x") is None
    assert manifest.flag("--secure-port") == "6443"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no Pod in it"),
        ("kind: Service\n", "no Pod in it"),
        ("kind: Pod\nmetadata: {name: etcd}\nspec: {containers: [{name: x}]}\n", "no container of that name"),
        ("kind: Pod\n  x: 1\n", "line 2: not readable as one YAML document"),
    ],
)
def test_what_is_no_manifest_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        parse(text)


def test_equal_manifests_have_no_differences(apiserver: str) -> None:
    assert differences(apiserver, apiserver) == []
    swapped = apiserver.replace(
        "    - --secure-port=6443\n    - --service-account-key-file=/etc/kubernetes/pki/sa.pub\n",
        "    - --service-account-key-file=/etc/kubernetes/pki/sa.pub\n    - --secure-port=6443\n",
    )
    assert swapped != apiserver
    assert differences(apiserver, swapped) == [], "the order of flags makes no difference"


def test_a_flag_written_apart_is_no_difference(apiserver: str) -> None:
    apart = apiserver.replace("--secure-port=6443", "--secure-port\n    - '6443'")
    assert apart != apiserver
    assert differences(apiserver, apart) == []


def test_differences_are_named_with_both_values(data: Path) -> None:
    first, other = ((data / f"manifests/{node}/etcd.yaml").read_text() for node in ("shaolin", "wudang"))
    joined = (data / "manifests/joining/wudang-etcd.yaml").read_text()
    assert differences(joined, other) == [
        "--initial-cluster: shaolin=https://10.27.53.32:2380,wudang=https://10.24.138.208:2380 here,"
        " wudang=https://10.24.138.208:2380 there",
        "--initial-cluster-state: existing here, not set there",
    ]
    assert differences(joined, other, ignoring=("--initial-cluster", "--initial-cluster-state")) == []
    assert "--name: shaolin here, wudang there" in differences(first, other)


def test_differences_outside_the_flags_are_named_by_their_way(data: Path) -> None:
    text = (data / "manifests/shaolin/etcd.yaml").read_text()
    edited = text.replace("      path: /var/lib/etcd\n", "      path: /srv/etcd\n").replace("cpu: 100m", "cpu: 200m")
    assert differences(text, edited) == [
        "spec.containers[etcd].resources.requests.cpu: 100m here, 200m there",
        "spec.volumes[etcd-data].hostPath.path: /var/lib/etcd here, /srv/etcd there",
    ]
