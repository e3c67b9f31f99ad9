"""A registry on one of the hosts, in the place of images that are on every host already.

It is distribution's own; its folder is filled while the golden host is made, laid out as its filesystem driver keeps
it (registry/storage/paths.go there), so that no fresh cluster waits for a push.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template

from lab import images
from lab.command import run
from lab.hosts import Host, Hosts
from lab.images import Image
from lab.places import FILES

NAME = "registry"  # the component's, and the program's
HOST_FILES = FILES / "registry"  # laid out as on a host
STORE = Path("var/lib/registry")
SERVED = ("registry.k8s.io", "registry.lab")  # whose images it has
MEDIA = "application/vnd.oci.image"


def at(hosts: Hosts) -> Host:
    """The host that it runs on: the last one, a worker in nodes.yaml as it is."""
    return hosts.all[-1]


def install(program: Path, root: Path) -> None:
    """Put program, unit and configuration into the golden host's root folder; only one host will start it."""
    target = root / "usr" / "local" / "bin" / NAME
    shutil.copy(program / NAME, target)
    run(["cp", "--recursive", "--no-preserve=ownership", f"{HOST_FILES}/.", root])


def make(host: Host, hosts: Hosts, root: Path) -> None:
    """Make of a snapshot the host that serves the images, or one that has to ask for them; does nothing without."""
    store = root / STORE
    if not store.exists():
        return
    text = Template((FILES / "registry-hosts.toml").read_text()).substitute(address=at(hosts).address)
    for name in SERVED:
        folder = root / "etc" / "containerd" / "certs.d" / name
        folder.mkdir(parents=True)
        (folder / "hosts.toml").write_text(text)
    if host == at(hosts):
        run(["systemctl", f"--root={root}", "--quiet", "enable", "lab-registry.service"])
    else:
        shutil.rmtree(store)


def store(image: Image, layers: Sequence[Path], root: Path) -> None:
    """Add an image of these layers, the lowest first."""
    top = root / STORE / "docker" / "registry" / "v2"
    name, _, tag = image.reference.partition("/")[2].rpartition(":")
    repository = top / "repositories" / name
    sizes = {images.digest(layer): layer.stat().st_size for layer in layers}
    for layer, digest in zip(layers, sizes, strict=True):
        blob = _blob(top, digest)
        if not blob.exists():
            shutil.copyfile(layer, blob)
    config = json.dumps(images.config(image, list(sizes))).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{MEDIA}.manifest.v1+json",
            "config": {"mediaType": f"{MEDIA}.config.v1+json", "digest": _keep(top, config), "size": len(config)},
            "layers": [
                {"mediaType": f"{MEDIA}.layer.v1.tar", "digest": digest, "size": size} for digest, size in sizes.items()
            ],
        }
    ).encode()
    for digest in (*sizes, _keep(top, config)):
        _link(repository / "_layers", digest)
    digest = _keep(top, manifest)
    _link(repository / "_manifests" / "revisions", digest)
    _link(repository / "_manifests" / "tags" / tag / "index", digest)
    current = repository / "_manifests" / "tags" / tag / "current"
    current.mkdir()
    (current / "link").write_text(digest)


def _keep(top: Path, content: bytes) -> str:
    """Store a small blob; gives its digest."""
    digest = images.digest_of(content)
    _blob(top, digest).write_bytes(content)
    return digest


def _blob(top: Path, digest: str) -> Path:
    algorithm, _, text = digest.partition(":")
    folder = top / "blobs" / algorithm / text[:2] / text
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "data"


def _link(folder: Path, digest: str) -> None:
    path = folder / digest.replace(":", os.sep)
    path.mkdir(parents=True, exist_ok=True)
    (path / "link").write_text(digest)
