"""The programs that run on the hosts: built from pinned modules, once, and kept by what went in."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.command import run
from lab.places import COMPONENTS
from lab.progress import Progress
from lab.toolchain import Go

ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "GOWORK": "off"}
KEY = "[0-9a-f]" * 16  # a pattern: no name of another component that begins like this one's matches
ROOT_HOME = {"HOME": str(Path("~root").expanduser())}  # sudo -E keeps the user's, which root must not write into


@dataclass(frozen=True)
class Component:
    """One folder of lab/components: its pins, its commands, and how they are compiled."""

    name: str
    module: str = ""  # whose pinned version is the component's; none for a program of our own
    tags: str = ""
    stamps: Mapping[str, str] = field(default_factory=dict)  # Go variable -> text with {version} {major} {minor}
    commands_of: Mapping[str, str] = field(default_factory=dict)  # import path -> command, if not its last word
    instead_of: str = ""  # the component whose place it takes where a variant asks for it

    @property
    def place(self) -> str:
        """What it is on a host, whatever its version."""
        return self.instead_of or self.name

    @property
    def folder(self) -> Path:
        return COMPONENTS / self.name

    @property
    def pins(self) -> str:
        return (self.folder / "go.mod").read_text()

    @property
    def version(self) -> str:
        """The pinned version, such as v1.37.2."""
        found = re.search(rf"^\s*(?:require )?{re.escape(self.module)} (v\S+)", self.pins, re.MULTILINE)
        if not found:
            raise ValueError(f"{self.folder}/go.mod does not pin {self.module}")
        return found[1]

    @property
    def commands(self) -> dict[str, str]:
        """Command -> import path: the `tool` lines of go.mod, else the folder's own program."""
        block = re.search(r"^tool \((.*?)^\)", self.pins, re.MULTILINE | re.DOTALL)
        paths = block[1].split() if block else re.findall(r"^tool (\S+)", self.pins, re.MULTILINE)
        return {self.commands_of.get(path, path.rsplit("/", 1)[-1]): path for path in paths} or {self.name: "."}

    @property
    def flags(self) -> tuple[str, ...]:
        """What `go build` is told."""
        linker = ["-s", "-w"]
        if self.stamps:
            major, minor, *_ = self.version.lstrip("v").split(".")
            for variable, text in self.stamps.items():
                linker += ["-X", f"{variable}={text.format(version=self.version, major=major, minor=minor)}"]
        return "-trimpath", "-buildvcs=false", f"-tags={self.tags}", f"-ldflags={' '.join(linker)}"

    def key(self, go: Go) -> str:
        """Names the build by all that goes into it: sources, pins, flags and the compiler."""
        recipe = (str(go.version), self.flags, sorted(self.commands.items()), sorted(ENVIRONMENT.items()))
        digest = hashlib.sha256(repr(recipe).encode())
        for path in sorted(self.folder.iterdir()):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]


_KUBERNETES = "k8s.io/component-base/version"
_CONTAINERD = "github.com/containerd/containerd/v2"
_ETCD = "go.etcd.io/etcd"


def _kubernetes(name: str, instead_of: str = "") -> Component:
    stamps = {"gitVersion": "{version}", "gitMajor": "{major}", "gitMinor": "{minor}", "gitTreeState": "clean"}
    return Component(
        name,
        "k8s.io/kubernetes",
        stamps={f"{_KUBERNETES}.{variable}": text for variable, text in stamps.items()},
        instead_of=instead_of,
    )


def _etcd(name: str, instead_of: str = "") -> Component:
    commands = {"server": "etcd", "etcdctl": "etcdctl", "etcdutl": "etcdutl"}
    return Component(
        name,
        f"{_ETCD}/server/v3",
        commands_of={f"{_ETCD}/{module}/v3": command for module, command in commands.items()},
        instead_of=instead_of,
    )


ALL = (  # of the usual cluster
    _kubernetes("kubernetes"),
    _etcd("etcd"),
    Component(
        "containerd",
        _CONTAINERD,
        tags="no_btrfs,no_devmapper,no_zfs",
        stamps={f"{_CONTAINERD}/version.Version": "{version}"},
    ),
    Component("coredns", "github.com/coredns/coredns"),
    Component("cni", "github.com/containernetworking/plugins"),
    Component("pause"),
    Component("web"),
)
OTHERS = (  # of some variants: built when one of those is made
    _kubernetes("kubernetes-1.36", instead_of="kubernetes"),
    _etcd("etcd-3.7.0", instead_of="etcd"),
    Component("registry", "github.com/distribution/distribution/v3"),
)
BY_NAME = {component.name: component for component in (*ALL, *OTHERS)}
NEWER_ETCD = "newer-etcd"  # the usual etcd's place where another one has taken its own


def chosen(others: Iterable[str] = ()) -> dict[str, Component]:
    """Place -> component: the usual ones, with `others`, by name, in the place of theirs or beside them.

    The usual etcd stays beside an older one, as an image: what an operator has who is to leave the older one.
    """
    found = {each.place: each for each in (*ALL, *(BY_NAME[name] for name in others))}
    usual = BY_NAME["etcd"]
    return found if found["etcd"] == usual else found | {NEWER_ETCD: usual}


def build(wanted: Mapping[str, Component], cache: Path, go: Go, progress: Progress) -> dict[str, Path]:
    """Build what is not in the cache yet; gives place -> folder of its programs."""
    folders = {each.name: cache / "components" / f"{each.name}-{each.key(go)}" for each in wanted.values()}
    missing = [each for each in wanted.values() if not folders[each.name].exists()]
    total, begun = sum(len(each.commands) for each in missing), 0
    if total:
        progress.say(f"{total} programs to build, once; all of a cluster's take some 15 minutes on two cores")
    for component in missing:
        partial = cache / "components" / f"partial-{component.name}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for command, path in component.commands.items():
            begun += 1
            with progress.stage(f"program {begun} of {total}: building {command} ({component.name})"):
                target = ["-o", str(partial / command), path]
                line = [str(go.path), "build", *component.flags, *target]
                run(line, env=os.environ | ROOT_HOME | ENVIRONMENT, cwd=component.folder)
        os.sync()  # a name promises the whole content, also after a crash of the machine
        for stale in partial.parent.glob(f"{component.name}-{KEY}"):
            shutil.rmtree(stale)
        partial.rename(folders[component.name])
    return {place: folders[component.name] for place, component in wanted.items()}
