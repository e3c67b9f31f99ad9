"""The programs that run on the hosts: built from pinned modules, once, and kept by what they were built from."""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.command import run
from lab.places import COMPONENTS
from lab.progress import Progress
from lab.toolchain import Go


@dataclass(frozen=True)
class Component:
    """One folder of lab/components: its pins, its commands, and how they are compiled."""

    name: str
    module: str = ""  # the module whose pinned version is the component's; "" for a program of our own
    tags: str = ""
    stamps: Mapping[str, str] = field(default_factory=dict)  # Go variable -> value, {version} {major} {minor}
    names: Mapping[str, str] = field(default_factory=dict)  # import path -> command, where its last word is not it

    @property
    def folder(self) -> Path:
        return COMPONENTS / self.name

    @property
    def version(self) -> str:
        """The pinned version, such as v1.37.2."""
        found = re.search(rf"^\s*{re.escape(self.module)} (v\S+)", (self.folder / "go.mod").read_text(), re.MULTILINE)
        if not found:
            raise ValueError(f"{self.folder}/go.mod does not pin {self.module}")
        return found[1]

    @property
    def commands(self) -> dict[str, str]:
        """Command name -> import path: the `tool` lines of go.mod, else the folder's own program."""
        pins = (self.folder / "go.mod").read_text()
        block = re.search(r"^tool \((.*?)^\)", pins, re.MULTILINE | re.DOTALL)
        paths = block[1].split() if block else re.findall(r"^tool (\S+)", pins, re.MULTILINE)
        if not paths:
            return {self.name: "."}
        return {self.names.get(path, path.rsplit("/", 1)[-1]): path for path in paths}

    @property
    def ldflags(self) -> str:
        flags = "-s -w"
        if self.stamps:
            version = self.version
            major, minor, *_ = version.lstrip("v").split(".")
            for variable, value in self.stamps.items():
                flags += f" -X {variable}={value.format(version=version, major=major, minor=minor)}"
        return flags

    def key(self, go: Go) -> str:
        """Names the build by all that goes into it: sources, pins, flags and the compiler."""
        digest = hashlib.sha256(f"{go.version} {self.tags} {self.ldflags} {sorted(self.commands.items())}".encode())
        for path in sorted(self.folder.iterdir()):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]


_KUBE = "k8s.io/component-base/version"
ALL = (
    Component(
        "kubernetes",
        "k8s.io/kubernetes",
        stamps={
            f"{_KUBE}.gitVersion": "{version}",
            f"{_KUBE}.gitMajor": "{major}",
            f"{_KUBE}.gitMinor": "{minor}",
            f"{_KUBE}.gitTreeState": "clean",
        },
    ),
    Component(
        "etcd",
        "go.etcd.io/etcd/server/v3",
        names={
            "go.etcd.io/etcd/server/v3": "etcd",
            "go.etcd.io/etcd/etcdctl/v3": "etcdctl",
            "go.etcd.io/etcd/etcdutl/v3": "etcdutl",
        },
    ),
    Component(
        "containerd",
        "github.com/containerd/containerd/v2",
        tags="no_btrfs,no_devmapper,no_zfs",
        stamps={"github.com/containerd/containerd/v2/version.Version": "{version}"},
    ),
    Component("coredns", "github.com/coredns/coredns"),
    Component("cni", "github.com/containernetworking/plugins"),
    Component("pause"),
    Component("web"),
)
BY_NAME = {component.name: component for component in ALL}


def build_all(cache: Path, go: Go, progress: Progress) -> dict[str, Path]:
    """Build what is not in the cache yet; gives component name -> folder of its programs."""
    folders = {component.name: cache / "components" / f"{component.name}-{component.key(go)}" for component in ALL}
    missing = [component for component in ALL if not folders[component.name].exists()]
    total, done = sum(len(component.commands) for component in missing), 0
    for component in missing:
        folder = folders[component.name]
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for command, path in component.commands.items():
            done += 1
            with progress.stage(f"building {command} ({component.name}; program {done} of {total})"):
                _build(go, component, path, partial / command)
        partial.rename(folder)
        for stale in folder.parent.glob(f"{component.name}-*"):
            if stale != folder:
                shutil.rmtree(stale)
    return folders


def _build(go: Go, component: Component, path: str, output: Path) -> None:
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    flags = ["-trimpath", "-buildvcs=false", f"-tags={component.tags}", f"-ldflags={component.ldflags}"]
    run([go.path, "build", *flags, "-o", output, path], env=environment, cwd=component.folder)
