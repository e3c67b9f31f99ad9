"""The registry's folder, laid out as the registry itself would: each link leads to a blob that is what it says."""

import hashlib
import json
from pathlib import Path

from lab import registry
from lab.hosts import Hosts
from lab.images import Image


def _link(path: Path) -> str:
    return (path / "link").read_text()


def test_an_image_is_found_by_its_tag_and_every_blob_by_its_digest(tmp_path: Path) -> None:
    below, above = tmp_path / "below", tmp_path / "above"
    for layer in (below, above):
        layer.write_text(layer.name)
    image = Image("registry.k8s.io/coredns/coredns:v1", {"coredns": "coredns"}, entrypoint="coredns")
    registry.store(image, [below, above], tmp_path)
    top = tmp_path / "var/lib/registry/docker/registry/v2"
    repository = top / "repositories/coredns/coredns"
    digest = _link(repository / "_manifests/tags/v1/current")

    def blob(digest: str) -> bytes:
        algorithm, _, text = digest.partition(":")
        content = (top / "blobs" / algorithm / text[:2] / text / "data").read_bytes()
        assert hashlib.sha256(content).hexdigest() == text
        return content

    manifest = json.loads(blob(digest))
    assert _link(repository / "_manifests/revisions/sha256" / digest.partition(":")[2]) == digest
    assert [blob(layer["digest"]) for layer in manifest["layers"]] == [b"below", b"above"]
    assert [layer["size"] for layer in manifest["layers"]] == [5, 5]
    config = json.loads(blob(manifest["config"]["digest"]))
    assert config["config"]["Entrypoint"] == ["/usr/local/bin/coredns"]
    for each in (manifest["config"], *manifest["layers"]):
        assert _link(repository / "_layers/sha256" / each["digest"].partition(":")[2]) == each["digest"]


def test_hosts_without_the_registry_ask_for_images_where_it_is(tmp_path: Path, hosts: Hosts) -> None:
    (tmp_path / registry.STORE).mkdir(parents=True)
    registry.make(hosts.first_master, hosts, tmp_path)
    assert not (tmp_path / registry.STORE).exists()
    for name in registry.SERVED:
        told = (tmp_path / "etc/containerd/certs.d" / name / "hosts.toml").read_text()
        assert '[host."http://10.27.52.80:5000"]' in told


def test_a_golden_host_without_a_registry_makes_usual_hosts(tmp_path: Path, hosts: Hosts) -> None:
    registry.make(hosts.first_master, hosts, tmp_path)
    assert list(tmp_path.glob("etc")) == []
