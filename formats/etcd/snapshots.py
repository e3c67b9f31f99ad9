"""A snapshot file, as etcdutl counts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.etcd.output import read


@dataclass(frozen=True)
class Snapshot:
    """What is in the file; size in bytes."""

    hash: int
    revision: int
    keys: int
    size: int


def snapshot(text: str) -> Snapshot:
    """`etcdutl snapshot status FILE`."""
    return read("etcdutl snapshot status", text, _snapshot)


def _snapshot(found: Mapping[str, Any]) -> Snapshot:
    return Snapshot(found["hash"], found["revision"], found["totalKey"], found["totalSize"])
