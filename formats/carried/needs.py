"""Every path of its host that a component uses, from its manifest through the files that it names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from formats.carried.kinds import Kind, Naming
from formats.manifests.manifest import HostPath, Manifest

_WRITTEN: Final = frozenset(("--audit-log-path", "--data-dir", "--log-dir", "--log-file", "--wal-dir"))
"""Flags that name what the process writes."""

_KUBECONFIGS: Final = dict.fromkeys(
    ("--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"), Kind.OWN
)
_KINDS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "etcd": dict.fromkeys(("--cert-file", "--key-file", "--peer-cert-file", "--peer-key-file"), Kind.OWN),
    "kube-apiserver": {
        "--admission-control-config-file": Kind.ADMISSION,
        "--audit-webhook-config-file": Kind.KUBECONFIG,
        "--authentication-token-webhook-config-file": Kind.KUBECONFIG,
        "--authorization-config": Kind.AUTHORIZATION,
        "--authorization-webhook-config-file": Kind.KUBECONFIG,
        "--egress-selector-config-file": Kind.EGRESS,
        "--encryption-provider-config": Kind.ENCRYPTION,
        "--service-account-signing-endpoint": Kind.SOCKET,
        "--tls-cert-file": Kind.OWN,
        "--tls-private-key-file": Kind.OWN,
    },
    "kube-controller-manager": _KUBECONFIGS,
    "kube-scheduler": {"--config": Kind.SCHEDULER, **_KUBECONFIGS},
}
"""By component and flag, where it is more than a file that names nothing."""


@dataclass(frozen=True)
class Need:
    """One use of a path of the host, or of a server.

    path       on the host; a server's URL; or a relative path, as it stands
    by         what names it: a flag, a variable ("$NAME"), the file in which it stands, or "a volume"
    named      whether it is named; else it is only mounted
    read_only  whether the process may only read it
    written    whether a flag says that the process writes it
    volume     hostPath.type of the volume itself ("" where Kubernetes is not asked to look); None within a volume
    """

    path: str
    kind: Kind
    by: str
    named: bool = True
    read_only: bool = True
    written: bool = False
    volume: str | None = None


def needs(manifest: Manifest, look: Callable[[str, Naming], Iterable[Naming]]) -> tuple[Need, ...]:
    """All of them; a path is there once for each who names it. What lies in the image is none of the host's.

    `look` gives what a file names (`inside`), from its path on the host and the name under which the process knows
    it. It is asked once for each file whose text may name others; what it raises goes through.
    """
    found = list(_volumes(manifest))
    waiting = list(_from_flags(manifest))
    asked: set[tuple[str, Kind]] = set()
    while waiting:
        by, naming = waiting.pop(0)
        need = _need(manifest, by, naming)
        if need is None:
            continue
        found.append(need)
        if naming.kind.names_more and (need.path, naming.kind) not in asked:
            asked.add((need.path, naming.kind))
            waiting += [(need.path, inner) for inner in look(need.path, naming)]
    return tuple(dict.fromkeys(found))


def _need(manifest: Manifest, by: str, naming: Naming) -> Need | None:
    if naming.kind is Kind.SERVER:
        return Need(naming.name, naming.kind, by)
    if not naming.name.startswith("/"):
        # In a file it is a path from the process's own folder; a flag's or a variable's value is no path then.
        return Need(naming.name, naming.kind, by) if by.startswith("/") else None
    if naming.kind is Kind.SOCKET and naming.name.startswith("/@"):  # an abstract one: in no folder, the host's
        return Need(naming.name, naming.kind, by)
    mount, path = manifest.mount_of(naming.name), manifest.on_host(naming.name)
    if mount is None or path is None:
        return None
    return Need(path, naming.kind, by, read_only=mount.read_only)


def _from_flags(manifest: Manifest) -> Iterator[tuple[str, Naming]]:
    kinds = _KINDS.get(manifest.name, {})
    for argument in manifest.arguments:
        if argument.name in _WRITTEN:
            continue
        for item in argument.value.split(","):
            name = item.removeprefix("unix://").partition(":")[0]  # --tls-sni-cert-key=FILE,FILE:NAME
            yield argument.name, Naming(name, kinds.get(argument.name, Kind.FILE))
    for name, value in manifest.variables.items():
        yield f"${name}", Naming(value, Kind.FILE)


def _volumes(manifest: Manifest) -> Iterator[Need]:
    written = {manifest.on_host(value) for flag in _WRITTEN for value in manifest.flags.get(flag, ())}
    for volume in manifest.host_paths:
        yield Need(
            volume.path,
            _kind(volume),
            "a volume",
            named=False,
            read_only=volume.name not in manifest.writable,
            written=volume.path in written,
            volume=volume.type,
        )


def _kind(volume: HostPath) -> Kind:
    if volume.type in ("Socket", "CharDevice", "BlockDevice"):
        return Kind.SOCKET
    return Kind.FOLDER if volume.type.startswith("Directory") else Kind.FILE
