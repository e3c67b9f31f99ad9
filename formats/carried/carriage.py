"""What becomes of each path that a component needs, on a master to be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from formats.carried.kinds import Kind
from formats.carried.needs import Need

SYSTEM: Final = (
    "/bin",
    "/etc/ca-certificates",
    "/etc/pki/ca-trust",
    "/etc/pki/tls",
    "/etc/ssl",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr",
)
"""The operating system's own; among them the bundles of certificates that kubeadm mounts into its pods."""

OURS: Final = "/etc/kubernetes"
"""What lies here is the control plane's, named or not."""

MANY: Final = 200
"""A folder of more files than this is no configuration, and is not copied file by file."""


@dataclass(frozen=True)
class Disk:
    """What is there of the paths that are needed.

    kinds     as `stat -Lc %F` says it, by path; a path that is not there is missing here too
    contents  the files in a folder and all folders below it, by the folder
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Carriage:
    """For one component; all paths sorted.

    equal    files that every master must have as the first one has them: configuration, keys
    own      files that a master needs, and that may be its own where it has them: the operating system's
    folders  folders that must be there before the pod can start
    given    what no copy can give: sockets, devices, what the process writes. By path: who names it
    servers  servers on the host itself, by port: the file that names them
    faults   what cannot be carried over at all, as sentences
    """

    equal: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[int, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def carriage(needs: Collection[Need], disk: Disk, per_master: Collection[str]) -> Carriage:
    """`per_master`: the files that each master gets made for it, or from elsewhere; they are left out."""
    found = _Found()
    for need in needs:
        if need.kind is Kind.SERVER:
            if port := _port_here(need.path):
                found.servers.setdefault(port, need.by)
        elif not need.path.startswith("/"):
            found.faults.append(f"{need.by} names {need.path}: write an absolute path there")
        elif need.path not in per_master:
            _sort_in(found, need, disk, per_master)
    return Carriage(
        equal=tuple(sorted(found.equal)),
        own=tuple(sorted(found.own - found.equal)),
        folders=tuple(sorted(found.folders)),
        given=dict(sorted(found.given.items())),
        servers=dict(sorted(found.servers.items())),
        faults=tuple(dict.fromkeys(found.faults)),
    )


def folders_to_list(needs: Collection[Need], kinds: Mapping[str, str], per_master: Collection[str]) -> list[str]:
    """The folders whose contents `carriage` has to know."""
    return sorted({need.path for need in needs if _content_counts(need, kinds.get(need.path, ""), per_master)})


@dataclass
class _Found:
    equal: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    given: dict[str, str] = field(default_factory=dict)
    servers: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def _sort_in(found: _Found, need: Need, disk: Disk, per_master: Collection[str]) -> None:
    kind = disk.kinds.get(need.path, "")
    if need.kind is Kind.OWN:
        found.faults.append(
            f"{need.by} names {need.path}: each master needs its own there, and only what kubeadm makes can be made"
        )
    elif _only_the_host_has(need, kind):
        found.given.setdefault(need.path, need.by)
    elif kind == "directory":
        if need.volume == "Directory":
            found.folders.add(need.path)
        if _content_counts(need, kind, per_master):
            _sort_in_content(found, need, disk, per_master)
    elif kind and not need.written:
        (found.equal if _is_shared(need.path, need.named) else found.own).add(need.path)


def _only_the_host_has(need: Need, kind: str) -> bool:
    """A socket or device; or what the pod cannot start without, and that is no business of a copy."""
    if need.kind is Kind.SOCKET or (kind and kind != "directory" and not kind.startswith("regular ")):
        return True
    return need.volume in ("File", "Directory") and (need.written or _is_within(need.path, SYSTEM))


def _sort_in_content(found: _Found, need: Need, disk: Disk, per_master: Collection[str]) -> None:
    shared = _is_shared(need.path, need.kind is Kind.FOLDER and need.named)
    content = [path for path in disk.contents.get(need.path, ()) if path not in per_master]
    if len(content) > MANY and not shared:
        found.given.setdefault(need.path, need.by)
    else:
        (found.equal if shared else found.own).update(content)


def _content_counts(need: Need, kind: str, per_master: Collection[str]) -> bool:
    """A folder that is only read, and of which not a part is each master's own: of such a one, what is named counts."""
    own = any(_is_within(path, (need.path,)) for path in per_master)
    return kind == "directory" and need.read_only and not need.written and not own and not _is_within(need.path, SYSTEM)


def _is_shared(path: str, named: bool) -> bool:
    return not _is_within(path, SYSTEM) and (named or _is_within(path, (OURS,)))


def _is_within(path: str, folders: Collection[str]) -> bool:
    return any(PurePosixPath(path).is_relative_to(folder) for folder in folders)


def _port_here(url: str) -> int | None:
    """The port of a URL that leads to the host itself; None where it leads elsewhere."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return port if parts.hostname and _is_loopback(parts.hostname) else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
