"""A static pod's manifest: what its container is told, and which files of its host it sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final, Self

from formats.yamltext import Path, YamlError, load

_WRITTEN: Final = frozenset(("--audit-log-path", "--data-dir", "--log-dir", "--log-file", "--wal-dir"))
"""Flags that name what the process writes."""


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

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All absolute paths on the host that the process reads, by read-only volumes or by flags; sorted.

        Left out are paths that no volume covers (they lie in the image), and what the process writes: a log, and
        volumes that it has mounted for writing alone.
        """
        given = {mount.name for mount in self.mounts if mount.read_only}
        read = (argument.value for argument in self.arguments if argument.name not in _WRITTEN)
        named = (path for value in read for path in self._on_host(value))
        return tuple(sorted({volume.path for volume in self.host_paths if volume.name in given}.union(named)))

    def at(self, path: Path) -> Any:
        """What stands at that path of the document."""
        return at(self.document, path)

    def _on_host(self, value: str) -> Iterator[str]:
        volumes = {volume.name: volume.path for volume in self.host_paths}
        for item in value.split(","):
            path = PurePosixPath(item.partition(":")[0])  # --tls-sni-cert-key=FILE,FILE:NAME
            covering = [mount for mount in self.mounts if path.is_relative_to(mount.path)]
            if not path.is_absolute() or not covering:
                continue
            mount = max(covering, key=lambda mount: len(PurePosixPath(mount.path).parts))
            if mount.name in volumes:
                yield str(PurePosixPath(volumes[mount.name], mount.sub_path, path.relative_to(mount.path)))


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
