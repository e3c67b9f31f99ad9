"""What is looked at once, before the first change: what steps decide from, and all that could stand against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from changes.paths import Path
from changes.seen import Seen
from formats import etcd, kubernetes


@dataclass(frozen=True)
class Host:
    """A machine apart from its being a node.

    owners              who else made or keeps it, by name
    hosts_file_written  whether cloud-init writes /etc/hosts anew at every boot
    no_proxy            NO_PROXY of those that are told to use a proxy: its "kubelet", and "ssh" for what is run there
    """

    owners: tuple[str, ...] = ()
    hosts_file_written: bool = False
    no_proxy: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Before(Seen):
    """One observation, wider than that from which steps decide, and like it without a secret."""

    around: kubernetes.Surroundings
    config_maps: Mapping[str, Mapping[str, str]]
    """Those that a step edits or that say what stands in kube-proxy's place, by namespace/name, where there are any."""
    hosts: Mapping[str, Host]
    closed: Mapping[Path, str]
    """The ways between machines on which no answer came, with what was seen instead."""
    member_lists: Mapping[str, etcd.MemberList | str]
    """Of each other master that has an etcd: the members as it knows them, or why it gave no list."""
    fenced: bool
    """Whether a switch on the road `mirror` was cut off, and its fence has not gone back yet."""
    disk_seconds: float | None
    """In how many seconds etcd's log on the first master is on disk, 99 times of 100; None where that is not told."""
