"""The first master's etcd, and what stands where its members are to be."""

import json
import re
from collections.abc import Iterator

from changes.before import Before
from formats.etcd import MemberList
from nodes.consents import ETCD_VERSION
from nodes.first_master import MIRROR, RECORD
from nodes.inventory import Inventory
from nodes.switch import PROOF
from steps.etcd_cluster import peer_url
from steps.in_the_way import mirror
from steps.in_the_way.refusal import Notice, Refusal

# GHSA-6vch-q96h-7gc3 is mended from these on; a member that joins must not be able to lose what the others hold.
ETCD_FLOOR: dict[tuple[int, ...], tuple[int, ...]] = {
    (3, 5): (3, 5, 33),
    (3, 6): (3, 6, 14),
    (3, 7): (3, 7, 1),
}


# etcd.io, "Hardware recommendations" and FAQ: above it, elections and writes suffer.
SLOW_SECONDS = 0.010


def _began(seen: Before, _inventory: Inventory) -> Iterator[str]:
    if seen.switched:
        yield from _switched(seen)
        return
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


def _switched(seen: Before) -> Iterator[str]:
    """Until the proof is written, which is the next that a second run does, nobody knows the new cluster's id."""
    proof = mirror.proof(seen)
    if proof is not None and proof.to_cluster != seen.members.cluster_id:
        yield (
            f"{seen.first}: etcd was cluster {proof.to_cluster} when step 2.3 wrote {PROOF}, and is"
            f" {seen.members.cluster_id} now: if it was restored on purpose, remove that file, {MIRROR} and {RECORD},"
            " and write `etcd: grow`"
        )


def _members(seen: Before, inventory: Inventory) -> Iterator[str]:
    for alarm in seen.alarms:
        yield f"etcd: alarm {alarm.kind} on member {alarm.member_id}: clear its cause, then `etcdctl alarm disarm`"
    addresses = _peers(inventory)
    for member in seen.members.members:
        if not any(peer in addresses for peer in member.peer_urls):
            what = "learner" if member.learner else "member"
            yield f"etcd: {what} {member.name or member.id} at {', '.join(member.peer_urls)} is no master of nodes.yaml"


def _version(seen: Before, inventory: Inventory) -> Iterator[str]:
    if image := mirror.other_image(seen, inventory):
        version = mirror.version_of(image)
        if version and (floor := below_floor(version)):
            yield f"nodes.yaml: {image} is an etcd older than {floor} (GHSA-6vch-q96h-7gc3): name a younger one"
        return
    for status in seen.statuses:
        if floor := below_floor(status.version):
            yield (
                f"etcd {status.version} is older than {floor} (GHSA-6vch-q96h-7gc3): raise it first:"
                " docs/your-cluster.md says how"
            )


def below_floor(text: str) -> str:
    """The first version of that series that may be grown, where this one is older; empty where it is not."""
    version = tuple(int(part) for part in re.findall(r"\d+", text)[:3])
    floor = ETCD_FLOOR.get(version[:2], min(ETCD_FLOOR.values()))
    return ".".join(map(str, floor)) if version < floor else ""


def _views(seen: Before, inventory: Inventory) -> Iterator[str]:
    """A member that has voted and is silent, or counts others than the first one does, is no ground to build on.

    Before the switch of the road `mirror` the new masters are another cluster, whose own gate looks at it.
    """
    if seen.mirror and not seen.switched:
        return
    for name, view in seen.member_lists.items():
        known = seen.members.at(peer_url(inventory, name))
        if isinstance(view, str):
            if known is not None and known.started and not known.learner:
                yield f"{name}: its etcd does not answer: {view}: bring it back before anything is added"
        elif view.cluster_id != seen.members.cluster_id or _who(view) != _who(seen.members):
            yield (
                f"{name}: its etcd counts {_told(view)} as members of {view.cluster_id}, the one that {seen.first}'s"
                f" apiserver reads from {_told(seen.members)} of {seen.members.cluster_id}: find out which of the two"
                " is not of this cluster"
            )


def _who(view: MemberList) -> set[tuple[str, tuple[str, ...]]]:
    return {(member.id, member.peer_urls) for member in view.members}


def _told(view: MemberList) -> str:
    return ", ".join(f"{member.name or member.id} at {', '.join(member.peer_urls)}" for member in view.members)


def _slow_disk(seen: Before, _inventory: Inventory) -> Iterator[str]:
    if "etcd" not in seen.machines[seen.first].manifests:
        return  # taken away at the switch, and not back yet
    if seen.disk_seconds is None:
        yield f"{seen.first}: etcd's metrics give no time for its disk: how slow it is is not known"
    elif seen.disk_seconds > SLOW_SECONDS:
        yield (
            f"{seen.first}: one in a hundred writes of etcd's log takes more than {SLOW_SECONDS * 1000:.0f} ms (99 are"
            f" below {seen.disk_seconds * 1000:.0f} ms): every write will wait for the second fastest of the disks"
        )


def _unmeasured_disks(seen: Before, inventory: Inventory) -> Iterator[str]:
    coming = [name for name in seen.new_masters(inventory) if "etcd" not in seen.machines[name].manifests]
    if coming:
        yield (
            f"how fast the disks of {', '.join(coming)} are is not known: that cannot be measured without writing"
            " (etcd.io's advice: fio with fdatasync, 99 of 100 below 10 ms)"
        )


def _data(seen: Before, inventory: Inventory) -> Iterator[str]:
    addresses = _peers(inventory)
    joined = {addresses.get(peer) for member in seen.members.members for peer in member.peer_urls}
    begun = mirror.begun(seen)
    nor = f", nor of the new cluster that {MIRROR} tells of" if begun else ""
    for name in seen.new_masters(inventory):
        machine = seen.machines[name]
        if not machine.etcd_data or name in joined or (begun and machine.etcd_token == begun.token):
            continue
        yield (
            f"{name}: {seen.layout.etcd_data} holds a database though {name} is no member{nor}: move it away;"
            " a member never starts on another's data"
        )


def _peers(inventory: Inventory) -> dict[str, str]:
    """The masters' names by the peer URL that each is to have."""
    return {peer_url(inventory, node.name): node.name for node in inventory.masters}


REFUSALS = (
    Refusal(
        2,
        "an etcd of another id than the note of step 1 says, or that of the switch",
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
        "a member that joins must not be able to lose what the others hold. kubeadm 1.37.2's own default is 3.7.0: see"
        " below",
        _version,
        ETCD_VERSION,
    ),
    Refusal(
        2,
        "an etcd on another master that gives other members than the first one's, or that votes and does not answer",
        "growing would carry the damage along",
        _views,
    ),
    Refusal(
        2,
        "a database in etcd's data directory on a coming master that is no member; a mirror begun by somebody else",
        "a member never starts on another's data",
        _data,
    ),
)

NOTICES = (
    Notice(2, "a first etcd whose log takes long to write: 99 of 100 writes above 10 ms, or not told", _slow_disk),
    Notice(2, "disks of coming masters, which are not measured", _unmeasured_disks),
)
