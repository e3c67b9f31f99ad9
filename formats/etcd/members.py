"""The membership of a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from formats.etcd.output import identity, read


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


def member_list(text: str) -> MemberList:
    """`etcdctl member list`; also what `member add`, `promote` and `remove` print."""
    return read("etcdctl member list", text, _member_list)


def _member_list(found: Mapping[str, Any]) -> MemberList:
    return MemberList(identity(found["header"]["cluster_id"]), tuple(map(_member, found["members"])))


def _member(found: Mapping[str, Any]) -> Member:
    return Member(
        id=identity(found["ID"]),
        name=found.get("name", ""),
        peer_urls=tuple(found.get("peerURLs") or ()),
        client_urls=tuple(found.get("clientURLs") or ()),
        learner=bool(found.get("isLearner")),
    )
