"""A static pod's manifest: what its container is told, and which files of its host it sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Self

from formats.yamltext import Path, YamlError, load


class ManifestError(ValueError):
    """Not a static pod's manifest, or it cannot be rendered for another node. Says which value and why."""


@dataclass(frozen=True)
class Argument:
    """One flag of the container's command line: --name=value, or --name alone ("true"), or --name value."""

    name: str
    """With its dashes."""
    value: str
    path: Path
    """Where the scalar that holds the value stands in the YAML text."""
    lead: str
    """What stands in front of the value there: "--name=", or "" where the value is an item of its own."""


@dataclass(frozen=True)
class HostPath:
    """A file or directory of the host that the pod may mount."""

    name: str
    path: str
    type: str
    """As in Kubernetes: "FileOrCreate", "DirectoryOrCreate", "Socket", …; "" where none is given."""


@dataclass(frozen=True)
class Mount:
    """Where a volume appears inside the container."""

    name: str
    path: str
    sub_path: str
    read_only: bool


@dataclass(frozen=True)
class Manifest:
    """The container named like the pod (kubeadm's only one; patches may add others)."""

    name: str
    image: str
    arguments: tuple[Argument, ...]
    host_paths: tuple[HostPath, ...]
    mounts: tuple[Mount, ...]
    writable: frozenset[str]
    """Volumes that a container of the pod may write to, and those that none has mounted."""
    variables: Mapping[str, str]
    """The environment, as far as the manifest itself gives values."""
    document: Mapping[str, Any]
    """The whole document as plain values; not to be changed."""
    container: Path
    """Where the container stands in it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ManifestError where the text is not a Pod with such a container."""
        try:
            document = load(text)
        except YamlError as error:
            raise ManifestError(f"a static pod's manifest: {error}") from None
        if not isinstance(document, dict) or document.get("kind") != "Pod":
            raise ManifestError("not a static pod's manifest: no Pod in it")
        name = str((document.get("metadata") or {}).get("name", ""))
        spec = document.get("spec") or {}
        for index, container in enumerate(spec.get("containers") or ()):
            if container.get("name") == name:
                at: Path = ("spec", "containers", index)
                return cls(
                    name=name,
                    image=str(container.get("image", "")),
                    arguments=tuple(_arguments(container, at)),
                    host_paths=tuple(_host_paths(spec)),
                    mounts=tuple(_mounts(container)),
                    writable=_writable(spec),
                    variables={str(one["name"]): str(one.get("value", "")) for one in container.get("env") or ()},
                    document=document,
                    container=at,
                )
        raise ManifestError(f"the pod {name!r} has no container of that name, as kubeadm's have")

    @cached_property
    def flags(self) -> Mapping[str, tuple[str, ...]]:
        """Every flag ("--name"), in order, with all its values: a flag may be given several times."""
        found: dict[str, list[str]] = {}
        for argument in self.arguments:
            found.setdefault(argument.name, []).append(argument.value)
        return {name: tuple(values) for name, values in found.items()}

    def flag(self, name: str) -> str | None:
        """The value of "--name", of several the last (the one that counts, unless the flag is a list)."""
        return self.flags[name][-1] if name in self.flags else None

    @property
    def user(self) -> int:
        """The user that the process runs as: 0 is root, as in kubeadm's own manifests."""
        contexts = (self.document["spec"].get("securityContext"), self.at(self.container).get("securityContext"))
        return int([0, *(context["runAsUser"] for context in contexts if context and "runAsUser" in context)][-1])

    def at(self, path: Path) -> Any:
        """What stands at that path of the document."""
        return at(self.document, path)

    def mount_of(self, path: str) -> Mount | None:
        """The mount through which the process sees an absolute path; None for what lies in the image."""
        covering = [mount for mount in self.mounts if PurePosixPath(path).is_relative_to(mount.path)]
        return max(covering, key=lambda mount: len(PurePosixPath(mount.path).parts), default=None)

    def on_host(self, path: str) -> str | None:
        """Where on the host an absolute path of the process is; None for what is not on the host."""
        mount = self.mount_of(path)
        volumes = {volume.name: volume.path for volume in self.host_paths}
        if mount is None or mount.name not in volumes:
            return None
        return str(PurePosixPath(volumes[mount.name], mount.sub_path, PurePosixPath(path).relative_to(mount.path)))


def _arguments(container: Mapping[str, Any], at: Path) -> Iterator[Argument]:
    for key in ("command", "args"):
        items = [str(item) for item in container.get(key) or ()]
        for index, item in enumerate(items):
            if not item.startswith("-"):
                continue
            flag, equals, value = item.partition("=")
            after = items[index + 1] if index + 1 < len(items) else "-"
            if equals:
                yield Argument(flag, value, (*at, key, index), flag + equals)
            elif after.startswith("-"):
                yield Argument(flag, "true", (*at, key, index), flag + "=")
            else:
                yield Argument(flag, after, (*at, key, index + 1), "")


def _host_paths(spec: Mapping[str, Any]) -> Iterator[HostPath]:
    for volume in spec.get("volumes") or ():
        source = volume.get("hostPath")
        if source:
            yield HostPath(str(volume["name"]), str(PurePosixPath(source["path"])), source.get("type") or "")


def _writable(spec: Mapping[str, Any]) -> frozenset[str]:
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    mounts = [mount for container in containers for mount in _mounts(container)]
    volumes = {str(volume["name"]) for volume in spec.get("volumes") or ()}
    return frozenset(volumes - {mount.name for mount in mounts if mount.read_only}) | {
        mount.name for mount in mounts if not mount.read_only
    }


def _mounts(container: Mapping[str, Any]) -> Iterator[Mount]:
    for mount in container.get("volumeMounts") or ():
        path = str(PurePosixPath(mount["mountPath"]))
        yield Mount(str(mount["name"]), path, mount.get("subPath") or "", bool(mount.get("readOnly")))


parse = Manifest.parse


def at(document: Any, path: Path) -> Any:
    """What stands at that path."""
    for key in path:
        document = document[key]
    return document
