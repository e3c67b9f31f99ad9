"""What `etcdctl -w json` and `etcdutl -w json` of etcd 3.5 to 3.7 print, as values.

IDs become hexadecimal, as etcd's own log and etcdctl's other outputs write them. A field that is zero is
left out of the JSON, hence every .get below. Endpoints that don't answer are missing from the lists (the
exit status tells), and a learner answers only `endpoint status`: ask no learner for hashkv, health or a
linearizable read.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

T = TypeVar("T")

_ALARMS: Final = {1: "NOSPACE", 2: "CORRUPT"}


class EtcdOutputError(ValueError):
    """Not the JSON that the command named in the message prints."""


@dataclass(frozen=True)
class Member:
    """A member as the cluster has it registered; one that never started has no name and no client URLs."""

    id: str
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    learner: bool

    @property
    def started(self) -> bool:
        """Whether it has ever joined."""
        return bool(self.name)


@dataclass(frozen=True)
class MemberList:
    """The membership as the asked member sees it."""

    cluster_id: str
    members: tuple[Member, ...]

    @cached_property
    def voters(self) -> tuple[Member, ...]:
        """The members that count for the quorum."""
        return tuple(member for member in self.members if not member.learner)

    @cached_property
    def learners(self) -> tuple[Member, ...]:
        """The members that only follow."""
        return tuple(member for member in self.members if member.learner)

    def at(self, peer_url: str) -> Member | None:
        """The member with that peer URL: how a member is known before it has a name."""
        return next((member for member in self.members if peer_url in member.peer_urls), None)


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
class Health:
    """Whether the endpoint could serve a linearizable read; error says why not."""

    endpoint: str
    healthy: bool
    error: str


@dataclass(frozen=True)
class Alarm:
    """kind is "NOSPACE", "CORRUPT", or the number of one that isn't known here."""

    member_id: str
    kind: str


@dataclass(frozen=True)
class Snapshot:
    """What is in a snapshot file; size in bytes."""

    hash: int
    revision: int
    keys: int
    size: int


def member_list(text: str) -> MemberList:
    """`etcdctl member list`; also what `member add`, `promote` and `remove` print."""
    return _read("etcdctl member list", text, _member_list)


def statuses(text: str) -> tuple[Status, ...]:
    """`etcdctl endpoint status`, in the order of the endpoints asked."""
    return _read("etcdctl endpoint status", text, lambda found: tuple(map(_status, found)))


def hash_kv(text: str) -> tuple[HashKV, ...]:
    """`etcdctl endpoint hashkv`, in the order of the endpoints asked."""
    return _read("etcdctl endpoint hashkv", text, lambda found: tuple(map(_hash_kv, found)))


def health(text: str) -> tuple[Health, ...]:
    """`etcdctl endpoint health`, in the order of their answers."""
    return _read("etcdctl endpoint health", text, lambda found: tuple(map(_health, found)))


def alarms(text: str) -> tuple[Alarm, ...]:
    """`etcdctl alarm list`."""
    return _read("etcdctl alarm list", text, lambda found: tuple(map(_alarm, found.get("alarms") or ())))


def snapshot(text: str) -> Snapshot:
    """`etcdutl snapshot status FILE`."""
    return _read("etcdutl snapshot status", text, _snapshot)


def _read(command: str, text: str, convert: Callable[[Any], T]) -> T:
    try:
        return convert(json.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        shown = text.strip()[:200] or "nothing"
        raise EtcdOutputError(
            f"`{command} -w json` printed what etcd 3.5 to 3.7 don't print: {shown}"
        ) from error


def _hex(number: int | None) -> str:
    return f"{int(number):x}" if number else ""


def _member_list(found: Mapping[str, Any]) -> MemberList:
    return MemberList(_hex(found["header"]["cluster_id"]), tuple(map(_member, found["members"])))


def _member(found: Mapping[str, Any]) -> Member:
    return Member(
        id=_hex(found["ID"]),
        name=found.get("name", ""),
        peer_urls=tuple(found.get("peerURLs") or ()),
        client_urls=tuple(found.get("clientURLs") or ()),
        learner=bool(found.get("isLearner")),
    )


def _status(found: Mapping[str, Any]) -> Status:
    status = found["Status"]
    header = status["header"]
    return Status(
        endpoint=found["Endpoint"],
        member_id=_hex(header["member_id"]),
        cluster_id=_hex(header["cluster_id"]),
        leader_id=_hex(status.get("leader")),
        term=int(status.get("raftTerm", 0)),
        raft_index=int(status.get("raftIndex", 0)),
        raft_applied_index=int(status.get("raftAppliedIndex", 0)),
        revision=int(header.get("revision", 0)),
        db_size=int(status.get("dbSize", 0)),
        db_size_in_use=int(status.get("dbSizeInUse", 0)),
        learner=bool(status.get("isLearner")),
        version=status["version"],
        errors=tuple(status.get("errors") or ()),
    )


def _hash_kv(found: Mapping[str, Any]) -> HashKV:
    hashed = found["HashKV"]
    return HashKV(
        endpoint=found["Endpoint"],
        member_id=_hex(hashed["header"]["member_id"]),
        hash=int(hashed.get("hash", 0)),
        revision=int(hashed["header"].get("revision", 0)),
        hash_revision=int(hashed.get("hash_revision", 0)),
        compact_revision=int(hashed.get("compact_revision", 0)),
    )


def _health(found: Mapping[str, Any]) -> Health:
    return Health(found["endpoint"], bool(found["health"]), found.get("error", ""))


def _alarm(found: Mapping[str, Any]) -> Alarm:
    kind = found.get("alarm", 0)
    return Alarm(_hex(found["memberID"]), _ALARMS.get(kind, str(kind)))


def _snapshot(found: Mapping[str, Any]) -> Snapshot:
    return Snapshot(found["hash"], found["revision"], found["totalKey"], found["totalSize"])
