"""Where things are is read from the first master that can say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from formats.layout import Layout
from nodes import layout
from nodes.commands import ConnectionLost
from nodes.first_master import ASIDE
from nodes.reading import Reader
from tests.changes.folder_host import FolderHost

SAMPLES = Path(__file__).parents[1] / "formats/data/manifests/shaolin"


class Hosts(dict[str, Any]):
    """As nodes.fleet.Fleet, as far as it is used here."""

    problems: Mapping[str, str] = {"emei": "no way there"}

    def reader(self, name: str) -> Reader:
        return Reader(self[name])


class Cut:
    name = "shaolin"

    def run(self, *_arguments: object, **_more: object) -> None:
        raise ConnectionLost("shaolin: gone")


def master(folder: Path, name: str, **replaced: str) -> FolderHost:
    host = FolderHost(name, folder / name)
    for component in ("etcd", "kube-apiserver"):
        text = (SAMPLES / f"{component}.yaml").read_text().replace("6443", replaced.get("port", "6443"))
        host.put(f"/etc/kubernetes/manifests/{component}.yaml", text.replace("Pod", replaced.get("kind", "Pod")))
    return host


def found(hosts: Mapping[str, Any]) -> Layout:
    return layout.find(Hosts(hosts), ["emei", *hosts])  # type: ignore[arg-type]


def test_the_first_master_says_it(tmp_path: Path) -> None:
    hosts = {"shaolin": master(tmp_path, "shaolin", port="7443"), "wudang": master(tmp_path, "wudang", port="8443")}
    assert found(hosts).api_port == 7443


@pytest.mark.parametrize("first", ["cut", "broken", "empty"])
def test_where_it_cannot_another_master_does(first: str, tmp_path: Path) -> None:
    """An audit goes on with the first master down, or with a manifest of its that somebody broke."""
    firsts = {
        "cut": Cut(),
        "broken": master(tmp_path, "shaolin", kind="Service"),
        "empty": FolderHost("shaolin", tmp_path / "none"),
    }
    assert found({"shaolin": firsts[first], "wudang": master(tmp_path, "wudang", port="8443")}).api_port == 8443


def test_where_nobody_can_it_is_as_kubeadm_has_it(tmp_path: Path) -> None:
    assert found({"shaolin": Cut()}) == Layout()


def test_manifests_that_lie_aside_say_it_too(tmp_path: Path) -> None:
    """On the road `mirror`, from 2.3 to 2.5; wudang has an etcd by then, and no apiserver."""
    first, new = master(tmp_path, "shaolin", port="7443"), master(tmp_path, "wudang")
    for name, aside in ASIDE.items():
        place = f"/etc/kubernetes/manifests/{name}.yaml"
        first.put(aside, first.text(place))
        first.at(place).unlink()
    new.at("/etc/kubernetes/manifests/kube-apiserver.yaml").unlink()
    assert found({"shaolin": first, "wudang": new}).api_port == 7443


def test_a_manifest_in_its_place_counts_before_one_that_lies_aside(tmp_path: Path) -> None:
    """The old etcd's is kept for good."""
    first = master(tmp_path, "shaolin")
    etcd = first.text("/etc/kubernetes/manifests/etcd.yaml")
    first.put(ASIDE["etcd"], etcd.replace("/var/lib/etcd", "/srv/etcd"))
    assert found({"shaolin": first}).etcd_data == "/var/lib/etcd"
