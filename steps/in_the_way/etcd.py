"""The first master's etcd, and what stands where its members are to be."""

import json
import re
from collections.abc import Iterator

from changes.seen import Seen
from formats.ports import ETCD_PEER
from nodes.first_master import RECORD
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal

# GHSA-6vch-q96h-7gc3 is mended from these on; a member that joins must not be able to lose what the others hold.
ETCD_FLOOR: dict[tuple[int, ...], tuple[int, ...]] = {
    (3, 5): (3, 5, 33),
    (3, 6): (3, 6, 14),
    (3, 7): (3, 7, 1),
}


def _began(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    try:
        began = json.loads(seen.record)["etcd_cluster_id"] if seen.record else seen.members.cluster_id
    except (ValueError, KeyError, TypeError):
        yield f"{seen.first}: {RECORD} is not the note that step 1 writes: look at it, and remove it if nobody needs it"
        return
    if began != seen.members.cluster_id:
        yield (
            f"{seen.first}: etcd was cluster {began} when step 1 wrote {RECORD}, and is {seen.members.cluster_id} now:"
            " if it was restored on purpose, remove that file"
        )


def _members(seen: Seen, inventory: Inventory) -> Iterator[str]:
    for alarm in seen.alarms:
        yield f"etcd: alarm {alarm.kind} on member {alarm.member_id}: clear its cause, then `etcdctl alarm disarm`"
    addresses = _peers(inventory)
    for member in seen.members.members:
        if not any(peer in addresses for peer in member.peer_urls):
            what = "learner" if member.learner else "member"
            yield f"etcd: {what} {member.name or member.id} at {', '.join(member.peer_urls)} is no master of nodes.yaml"


def _version(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    for status in seen.statuses:
        if floor := below_floor(status.version):
            yield (
                f"etcd {status.version} is older than {floor} (GHSA-6vch-q96h-7gc3):"
                f" raise it first, on {seen.first} by the image in /etc/kubernetes/manifests/etcd.yaml"
            )


def below_floor(text: str) -> str:
    """The first version of that series that may be grown, where this one is older; empty where it is not."""
    version = tuple(int(part) for part in re.findall(r"\d+", text)[:3])
    floor = ETCD_FLOOR.get(version[:2], min(ETCD_FLOOR.values()))
    return ".".join(map(str, floor)) if version < floor else ""


def _data(seen: Seen, inventory: Inventory) -> Iterator[str]:
    addresses = _peers(inventory)
    joined = {addresses.get(peer) for member in seen.members.members for peer in member.peer_urls}
    for name in seen.new_masters(inventory):
        if seen.machines[name].etcd_data and name not in joined:
            yield (
                f"{name}: {seen.layout.etcd_data} holds a database though {name} is no member: move it away;"
                " a member never starts on another's data"
            )


def _peers(inventory: Inventory) -> dict[str, str]:
    """The masters' names by the peer URL that each is to have."""
    return {f"https://{node.address}:{ETCD_PEER}": node.name for node in inventory.masters}


REFUSALS = (
    Refusal(
        2,
        "an etcd of another id than the note of step 1 says",
        "it was restored, or started anew, since then",
        _began,
    ),
    Refusal(
        2,
        "an alarm; a member or learner whose peer URL is no master's (`https://ADDRESS:2380`), also one at localhost",
        "growing would carry the damage along; two things would be called one",
        _members,
    ),
    Refusal(
        2,
        "etcd older than 3.5.33, 3.6.14 or 3.7.1 (GHSA-6vch-q96h-7gc3)",
        "a member that joins must not be able to lose what the others hold. Note that kubeadm 1.37.2's own default is"
        " 3.7.0: see below",
        _version,
    ),
    Refusal(
        2,
        "a database in etcd's data directory on a coming master that is no member",
        "a member never starts on another's data",
        _data,
    ),
)
