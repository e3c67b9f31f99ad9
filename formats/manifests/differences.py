"""Where two manifests differ, field by field: what a gate reports as drift."""

from collections.abc import Collection, Iterator
from typing import Any

from formats.manifests.manifest import Manifest


def differences(ours: str, theirs: str, ignoring: Collection[str] = ()) -> list[str]:
    """Each differing flag or field with both values, sorted by name; [] where they are equal.

    Flags are named with dashes ("--initial-cluster"), fields by their way ("metadata.annotations.x"),
    entries of lists by their name, as in "spec.volumes[etcd-data].hostPath.path". ignoring: such names. The
    order of flags and entries makes no difference, that of a repeated flag's values does.
    """
    mine, yours = (_fields(Manifest.parse(text)) for text in (ours, theirs))
    return [
        f"{name}: {mine.get(name, 'not set')} here, {yours.get(name, 'not set')} there"
        for name in sorted(mine.keys() | yours.keys())
        if mine.get(name) != yours.get(name) and name not in ignoring
    ]


def _fields(manifest: Manifest) -> dict[str, str]:
    fields = {flag: ",".join(values) for flag, values in manifest.flags.items()}
    told = {argument.path for argument in manifest.arguments}
    # "--name value" takes two items
    told |= {(*one.path[:-1], int(one.path[-1]) - 1) for one in manifest.arguments if not one.lead}
    return fields | dict(_flat(manifest.document, "", (), told))


def _flat(
    value: Any, name: str, path: tuple[str | int, ...], told: Collection[tuple[str | int, ...]]
) -> Iterator[tuple[str, str]]:
    if path in told:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key), (*path, key), told)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            label = item.get("name", index) if isinstance(item, dict) else index
            yield from _flat(item, f"{name}[{label}]", (*path, index), told)
    else:
        yield name, str(value)
