"""What each endpoint says of itself: status and hash."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.etcd.output import EtcdOutputError, identity, read


@dataclass(frozen=True)
class Status:
    """One endpoint's own view. Sizes in bytes; leader_id is "" where it knows no leader."""

    endpoint: str
    member_id: str
    cluster_id: str
    leader_id: str
    term: int
    raft_index: int
    raft_applied_index: int
    revision: int
    db_size: int
    db_size_in_use: int
    learner: bool
    version: str
    errors: tuple[str, ...]


@dataclass(frozen=True)
class HashKV:
    """A hash over all keys and values up to hash_revision: equal where members compacted at the same one."""

    endpoint: str
    member_id: str
    hash: int
    revision: int
    """The member's current revision."""
    hash_revision: int
    """The revision that was hashed; 0 from an etcd 3.5, which doesn't say it."""
    compact_revision: int
    """-1 where nothing has been compacted yet."""


@dataclass(frozen=True)
class Extent:
    """How many keys there are, and the revision of the whole database at that moment."""

    keys: int
    revision: int


def statuses(text: str) -> tuple[Status, ...]:
    """`etcdctl endpoint status`, in the order of the endpoints asked."""
    return read("etcdctl endpoint status", text, lambda found: tuple(map(_status, found)))


def hash_kv(text: str) -> tuple[HashKV, ...]:
    """`etcdctl endpoint hashkv`, in the order of the endpoints asked."""
    return read("etcdctl endpoint hashkv", text, lambda found: tuple(map(_hash_kv, found)))


def extent(text: str) -> Extent:
    """`etcdctl get --count-only -w fields`, the one output that it has."""
    count, revision = (re.search(rf'^"{name}" : (\d+)$', text, re.MULTILINE) for name in ("Count", "Revision"))
    if count is None or revision is None:
        raise EtcdOutputError(f"`etcdctl get --count-only -w fields` printed no count: {text.strip()[:200]}")
    return Extent(int(count[1]), int(revision[1]))


def leases(text: str) -> dict[str, str]:
    """`etcdctl get -w fields`: the lease of each key, "0" for none; a key in quotes, as etcdctl prints it."""
    keys, held = (re.findall(rf'^"{name}" : (.*)$', text, re.MULTILINE) for name in ("Key", "Lease"))
    if len(keys) != len(held) or extent(text).keys != len(keys):
        raise EtcdOutputError(f"`etcdctl get -w fields` printed {len(keys)} keys and {len(held)} leases")
    return dict(zip(keys, held, strict=True))


def _status(found: Mapping[str, Any]) -> Status:
    status = found["Status"]
    header = status["header"]
    return Status(
        endpoint=found["Endpoint"],
        member_id=identity(header["member_id"]),
        cluster_id=identity(header["cluster_id"]),
        leader_id=identity(status.get("leader")),
        term=status.get("raftTerm", 0),
        raft_index=status.get("raftIndex", 0),
        raft_applied_index=status.get("raftAppliedIndex", 0),
        revision=header.get("revision", 0),
        db_size=status.get("dbSize", 0),
        db_size_in_use=status.get("dbSizeInUse", 0),
        learner=bool(status.get("isLearner")),
        version=status["version"],
        errors=tuple(status.get("errors") or ()),
    )


def _hash_kv(found: Mapping[str, Any]) -> HashKV:
    hashed = found["HashKV"]
    return HashKV(
        endpoint=found["Endpoint"],
        member_id=identity(hashed["header"]["member_id"]),
        hash=hashed.get("hash", 0),
        revision=hashed["header"].get("revision", 0),
        hash_revision=hashed.get("hash_revision", 0),
        compact_revision=hashed.get("compact_revision", 0),
    )
