"""The roads through step 2, one of which nodes.yaml takes, and where on each of them etcd can spare no member."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evidence.place import Place


class Road(StrEnum):
    """The value is what nodes.yaml says of etcd."""

    GROW = "grow"
    MIRROR = "mirror"


@dataclass(frozen=True)
class Narrows:
    """The places from `first` to the gate of `last`. Whoever stops there has less than he began with, and is `told`."""

    first: Place
    last: Place
    told: str


NARROWS: Mapping[Road, Narrows] = {
    Road.GROW: Narrows(
        Place(2),
        Place(2),
        "etcd may have two voters now: until step 2 is finished, the loss of either stops all writes",
    ),
    Road.MIRROR: Narrows(
        Place(2, 1),
        Place(2, 4),
        "the new etcd has two members until step 2.4 is finished: from 2.3 on the loss of either stops all writes",
    ),
}

# What a finished road leaves behind for somebody to take away.
LEFT: Mapping[Road, str] = {
    Road.MIRROR: (
        "kept beside the new one: the old etcd's database, until somebody removes it, as member.of-CLUSTER in etcd's"
        " data directory on the first master; it holds every Secret, and docs/etcd-mirror.md says when to remove it"
    ),
}
