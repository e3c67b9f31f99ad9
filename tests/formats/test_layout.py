"""Where a cluster's masters keep and offer what kubeadm lets one move."""

from pathlib import Path

import pytest

from formats.layout import Layout
from formats.manifests import ManifestError


@pytest.fixture
def texts(data: Path) -> dict[str, str]:
    return {name: (data / f"manifests/shaolin/{name}.yaml").read_text() for name in ("etcd", "kube-apiserver")}


def test_kubeadms_own_places_are_the_defaults(texts: dict[str, str]) -> None:
    assert Layout.of(texts) == Layout() == Layout(6443, "/etc/kubernetes/pki", "/var/lib/etcd")
    assert Layout.of({}) == Layout()


def test_what_was_moved_is_read_from_the_manifests(texts: dict[str, str]) -> None:
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("=6443", "=7443")
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("/etc/kubernetes/pki", "/srv/pki")
    texts["etcd"] = texts["etcd"].replace("/var/lib/etcd", "/srv/etcd")
    assert Layout.of(texts) == Layout(7443, "/srv/pki", "/srv/etcd")


def test_the_data_directory_is_the_hosts_and_not_the_containers(texts: dict[str, str]) -> None:
    texts["etcd"] = texts["etcd"].replace("      path: /var/lib/etcd\n", "      path: /srv/etcd\n")
    texts["etcd"] = texts["etcd"].replace("--data-dir=/var/lib/etcd", "--data-dir=/var/lib/etcd/default")
    assert Layout.of(texts).etcd_data == "/srv/etcd/default"


@pytest.mark.parametrize("port", ["0", "70000", "https", "-1"])
def test_what_is_no_port_is_an_error(texts: dict[str, str], port: str) -> None:
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("=6443", f"={port}")
    with pytest.raises(ManifestError, match="--secure-port is"):
        Layout.of(texts)


@pytest.mark.parametrize("folder", ["default.etcd", "/data"])
def test_data_that_lies_in_no_volume_is_an_error(texts: dict[str, str], folder: str) -> None:
    texts["etcd"] = texts["etcd"].replace("--data-dir=/var/lib/etcd", f"--data-dir={folder}")
    with pytest.raises(ManifestError, match=f"--data-dir is {folder}, which lies in no volume"):
        Layout.of(texts)
