"""The cluster's container images: docker-archive files made from the programs, without any container tool."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.components import NEWER_ETCD, Component

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


@dataclass(frozen=True)
class Tags:
    """What kubeadm asks for, besides its own version's defaults."""

    kubernetes: str
    etcd: str
    coredns: str

    @classmethod
    def of(cls, components: Mapping[str, Component]) -> "Tags":
        return cls(components["kubernetes"].version, etcd_tag(components["etcd"]), components["coredns"].version)


def etcd_tag(etcd: Component) -> str:
    return f"{etcd.version.lstrip('v')}-0"


def of(components: Mapping[str, Component]) -> tuple[Image, ...]:
    """The images of a cluster of these components, by place."""
    tags = Tags.of(components)

    def kubernetes(command: str, *, on_network_tools: bool = False) -> Image:
        reference = f"registry.k8s.io/{command}:{tags.kubernetes}"
        return Image(reference, {command: "kubernetes"}, on_network_tools=on_network_tools)

    def etcd(place: str) -> Image:
        programs = dict.fromkeys(("etcd", "etcdctl", "etcdutl"), place)
        return Image(f"registry.k8s.io/etcd:{etcd_tag(components[place])}", programs)

    return (
        kubernetes("kube-apiserver"),
        kubernetes("kube-controller-manager"),
        kubernetes("kube-scheduler"),
        kubernetes("kube-proxy", on_network_tools=True),
        *(etcd(place) for place in ("etcd", NEWER_ETCD) if place in components),
        Image(f"registry.k8s.io/coredns/coredns:{tags.coredns}", {"coredns": "coredns"}, entrypoint="coredns"),
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
    configuration = config(image, [digest(layer) for layer in layers])
    manifest = [{"Config": "config.json", "RepoTags": [image.reference], "Layers": names}]
    with tarfile.open(path, "w") as tar:
        for name, document in (("manifest.json", manifest), ("config.json", configuration)):
            content = json.dumps(document).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, layer in zip(names, layers, strict=True):
            tar.add(layer, name)
    return path


def config(image: Image, digests: Sequence[str]) -> dict[str, object]:
    """The image's configuration; `digests` are those of its layers, the lowest first."""
    entrypoint = [f"/usr/local/bin/{image.entrypoint}"] if image.entrypoint else None
    return {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {"Env": [f"PATH={PATH}"], "Entrypoint": entrypoint, "User": image.user},
        "rootfs": {"type": "layers", "diff_ids": digests},
    }


def digest(path: Path) -> str:
    """sha256:HEX of a file."""
    with path.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
