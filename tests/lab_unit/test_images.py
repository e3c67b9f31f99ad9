"""The archives that containerd imports: what is in them, and that no two images have one name."""

import hashlib
import json
import tarfile
from pathlib import Path

from lab import images
from lab.components import chosen
from lab.images import Image, Tags, write_archive, write_layer
from lab.places import FILES

USUAL = chosen()


def _json(tar: tarfile.TarFile, name: str) -> dict[str, dict[str, object]] | list[dict[str, object]]:
    member = tar.extractfile(name)
    assert member
    parsed: dict[str, dict[str, object]] | list[dict[str, object]] = json.load(member)
    return parsed


def test_a_layer_holds_the_programs_executable_and_owned_by_root(tmp_path: Path) -> None:
    program = tmp_path / "web"
    program.write_bytes(b"\x7fELF")
    with tarfile.open(write_layer([program], tmp_path / "layer")) as tar:
        entry = tar.getmember("usr/local/bin/web")
        assert (entry.mode, entry.uid, entry.size) == (0o755, 0, 4)


def test_an_archive_names_its_image_and_its_layers_by_their_digests(tmp_path: Path) -> None:
    for name in ("below", "above"):
        (tmp_path / name).write_text(name)
    image = Image("registry.lab/web:1", {"web": "web"}, entrypoint="web", user="65534:65534")
    with tarfile.open(write_archive(image, [tmp_path / "below", tmp_path / "above"], tmp_path / "tar")) as tar:
        [manifest] = _json(tar, "manifest.json")
        config = _json(tar, "config.json")
    assert isinstance(manifest, dict)
    assert manifest["RepoTags"] == ["registry.lab/web:1"]
    assert manifest["Layers"] == ["layer0.tar", "layer1.tar"]
    assert isinstance(config, dict)
    digests = [f"sha256:{hashlib.sha256(content).hexdigest()}" for content in (b"below", b"above")]
    assert config["rootfs"]["diff_ids"] == digests
    assert config["config"]["Entrypoint"] == ["/usr/local/bin/web"]
    assert config["config"]["User"] == "65534:65534"


def test_every_program_of_an_image_is_a_command_of_its_component() -> None:
    for image in images.of(USUAL):
        for command, component in image.programs.items():
            assert command in USUAL[component].commands


def test_references_are_those_that_kubeadm_asks_for() -> None:
    references = [image.reference for image in images.of(USUAL)]
    assert len(set(references)) == len(references)
    assert f"registry.k8s.io/kube-apiserver:{USUAL['kubernetes'].version}" in references
    assert f"registry.k8s.io/etcd:{USUAL['etcd'].version.lstrip('v')}-0" in references
    assert f"registry.k8s.io/coredns/coredns:{USUAL['coredns'].version}" in references


def test_beside_an_older_etcd_there_is_the_usual_one_and_kubeadm_asks_for_the_older() -> None:
    older = chosen(["etcd-3.7.0"])
    added = {image.reference for image in images.of(older)} - {image.reference for image in images.of(USUAL)}
    assert added == {"registry.k8s.io/etcd:3.7.0-0"}
    assert {image.reference for image in images.of(USUAL)} < {image.reference for image in images.of(older)}
    places = [place for image in images.of(older) for command, place in image.programs.items() if command == "etcd"]
    assert [older[place].name for place in places] == ["etcd-3.7.0", "etcd"]
    assert Tags.of(older).etcd == "3.7.0-0"


def test_containerd_pins_the_pause_image_that_is_imported() -> None:
    config = (FILES / "host/etc/containerd/config.toml").read_text()
    [pause] = [image.reference for image in images.of(USUAL) if "pause" in image.programs]
    assert f"sandbox = '{pause}'" in config
