"""The cluster's container images: docker-archive tar files made from the programs, without any container tool."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.components import BY_NAME

PAUSE = "registry.k8s.io/pause:3.10.2"
KUBERNETES = BY_NAME["kubernetes"].version
ETCD_TAG = f"{BY_NAME['etcd'].version.lstrip('v')}-0"
COREDNS_TAG = BY_NAME["coredns"].version


@dataclass(frozen=True)
class Image:
    """One image: programs in /usr/local/bin on top of a root filesystem or of nothing."""

    reference: str
    programs: Mapping[str, str]  # command -> component
    entrypoint: tuple[str, ...] = ()
    on_network_tools: bool = False
    user: str = ""
    environment: tuple[str, ...] = field(default=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",))


def _kube(name: str, *, on_network_tools: bool = False) -> Image:
    return Image(f"registry.k8s.io/{name}:{KUBERNETES}", {name: "kubernetes"}, on_network_tools=on_network_tools)


ALL = (
    Image(PAUSE, {"pause": "pause"}, ("/usr/local/bin/pause",), user="65535:65535"),
    _kube("kube-apiserver"),
    _kube("kube-controller-manager"),
    _kube("kube-scheduler"),
    _kube("kube-proxy", on_network_tools=True),
    Image(f"registry.k8s.io/etcd:{ETCD_TAG}", {"etcd": "etcd", "etcdctl": "etcd", "etcdutl": "etcd"}),
    Image(f"registry.k8s.io/coredns/coredns:{COREDNS_TAG}", {"coredns": "coredns"}, ("/usr/local/bin/coredns",)),
    Image("registry.lab/pod-network:1", {"kubectl": "kubernetes"}, on_network_tools=True),
    Image("registry.lab/web:1", {"web": "web"}, ("/usr/local/bin/web",), user="65534:65534"),
)


def layer_of(programs: Sequence[Path], path: Path) -> Path:
    """Write a layer that holds the programs in /usr/local/bin, owned by root, with no date of its own."""
    with tarfile.open(path, "w") as tar:
        for folder in ("usr", "usr/local", "usr/local/bin"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for program in programs:
            entry = tarfile.TarInfo(f"usr/local/bin/{program.name}")
            entry.mode, entry.size = 0o755, program.stat().st_size
            with program.open("rb") as content:
                tar.addfile(entry, content)
    return path


def write_archive(image: Image, layers: Sequence[Path], path: Path) -> Path:
    """Write what `docker save` would have written for an image of these layers."""
    settings = {"Env": list(image.environment), "Entrypoint": list(image.entrypoint) or None, "User": image.user}
    config = json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}" for layer in layers]},
    }).encode()
    names = [f"layer{number}.tar" for number, _ in enumerate(layers)]
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [image.reference], "Layers": names}]).encode()
    with tarfile.open(path, "w") as tar:
        for name, content in (("manifest.json", manifest), ("config.json", config)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, layer in zip(names, layers, strict=True):
            tar.add(layer, name)
    return path


def digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
