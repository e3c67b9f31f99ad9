"""The cluster's container images: docker-archive files made from the programs, without any container tool."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.components import BY_NAME

KUBERNETES = BY_NAME["kubernetes"].version
ETCD_TAG = f"{BY_NAME['etcd'].version.lstrip('v')}-0"
COREDNS_TAG = BY_NAME["coredns"].version
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}  # the machine's name for it -> the images'


@dataclass(frozen=True)
class Image:
    """One image: programs in /usr/local/bin on top of a root filesystem or of nothing."""

    reference: str
    programs: Mapping[str, str]  # command -> component
    entrypoint: str = ""
    user: str = ""
    on_network_tools: bool = False


def _kubernetes(command: str, *, on_network_tools: bool = False) -> Image:
    reference = f"registry.k8s.io/{command}:{KUBERNETES}"
    return Image(reference, {command: "kubernetes"}, on_network_tools=on_network_tools)


ALL = (
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    _kubernetes("kube-proxy", on_network_tools=True),
    Image(f"registry.k8s.io/etcd:{ETCD_TAG}", dict.fromkeys(("etcd", "etcdctl", "etcdutl"), "etcd")),
    Image(f"registry.k8s.io/coredns/coredns:{COREDNS_TAG}", {"coredns": "coredns"}, entrypoint="coredns"),
    Image("registry.k8s.io/pause:3.10.2", {"pause": "pause"}, entrypoint="pause", user="65535:65535"),
    Image("registry.lab/pod-network:1", {"kubectl": "kubernetes"}, on_network_tools=True),
    Image("registry.lab/web:1", {"web": "web"}, entrypoint="web", user="65534:65534"),
)


def write_layer(programs: Sequence[Path], path: Path) -> Path:
    """Write a layer that holds the programs in /usr/local/bin, owned by root."""
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
    """Write what `docker save` would write for an image of these layers, the lowest first."""
    names = [f"layer{number}.tar" for number, _ in enumerate(layers)]
    config = _config(image, [_digest(layer) for layer in layers])
    manifest = [{"Config": "config.json", "RepoTags": [image.reference], "Layers": names}]
    with tarfile.open(path, "w") as tar:
        for name, document in (("manifest.json", manifest), ("config.json", config)):
            content = json.dumps(document).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, layer in zip(names, layers, strict=True):
            tar.add(layer, name)
    return path


def _config(image: Image, digests: Sequence[str]) -> dict[str, object]:
    entrypoint = [f"/usr/local/bin/{image.entrypoint}"] if image.entrypoint else None
    return {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {"Env": [f"PATH={PATH}"], "Entrypoint": entrypoint, "User": image.user},
        "rootfs": {"type": "layers", "diff_ids": digests},
    }


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
