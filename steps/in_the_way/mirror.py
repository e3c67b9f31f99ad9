"""The road `mirror`: what a new etcd cluster is made from, and what has been begun of it."""

import re
from collections.abc import Iterator

from changes.before import Before
from formats import manifests
from formats.etcd import Begun, Proof
from nodes.first_master import MIRROR
from nodes.inventory import Inventory
from nodes.switch import PROOF
from steps.in_the_way.refusal import Notice, Refusal

# etcdutl's --bump-revision came with it.
OLDEST = (3, 6)

# The proof of the switch reads every key with its value, on both sides, under a fence that stands for a minute at most.
LARGEST = 1 << 28


def begun(seen: Before) -> Begun | None:
    """Where the new cluster began; None as long as none has. A note that cannot be read is `_unreadable`'s to tell."""
    try:
        return Begun.read(seen.mirror) if seen.mirror else None
    except (ValueError, TypeError):
        return None


def proof(seen: Before) -> Proof | None:
    """What the switch saw, likewise."""
    try:
        return Proof.read(seen.proof) if seen.proof else None
    except (ValueError, TypeError):
        return None


def other_image(seen: Before, inventory: Inventory) -> str:
    """What the new cluster will run where that is not the old one's image; empty too where it stands already."""
    image = seen.etcd_image(inventory)
    return "" if seen.switched or image == manifests.parse(seen.manifests["etcd"]).image else image


def version_of(image: str) -> str:
    """As the image's tag says it; empty where the tag is no version."""
    _, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    found = re.fullmatch(r"v?(\d+\.\d+\.\d+)([-+._].*)?", tag)
    return found[1] if found else ""


def _is_to_come(seen: Before, inventory: Inventory) -> bool:
    """Whether this run, or the next one, is to leave the old etcd on this road."""
    return inventory.cluster.etcd == "mirror" and not seen.switched


def _kept(seen: Before, _inventory: Inventory) -> Iterator[str]:
    for name, machine in seen.machines.items():
        for place in machine.old_etcd:
            yield (
                f"{name}: the old etcd's database stands in {place}, with every Secret of the cluster: remove it once"
                " step 7's gate has passed and nobody wants to go back"
            )


def _unreadable(seen: Before, _inventory: Inventory) -> Iterator[str]:
    for path, text, read in ((MIRROR, seen.mirror, begun), (PROOF, seen.proof, proof)):
        if text and read(seen) is None:
            yield f"{seen.first}: {path} is not the note that step 2 writes: put back what stood there"
    if seen.switched and not seen.mirror:
        yield f"{seen.first}: {MIRROR} is gone, which says what the new etcd cluster began as: put it back"


def _grown(seen: Before, inventory: Inventory) -> Iterator[str]:
    """Learners too: each will be at the place of a new cluster's member."""
    count = len(seen.members.members)
    if _is_to_come(seen, inventory) and count > 1:
        yield f"etcd: it has {count} members already, and the road `mirror` leaves a single one: write `etcd: grow`"


def _large(seen: Before, inventory: Inventory) -> Iterator[str]:
    size = max(status.db_size_in_use for status in seen.statuses)
    if _is_to_come(seen, inventory) and size > LARGEST:
        yield (
            f"etcd: {size >> 20} MiB of its database are in use, and the road `mirror` compares up to {LARGEST >> 20}"
            " MiB: write `etcd: grow` in nodes.yaml"
        )


def _version(seen: Before, inventory: Inventory) -> Iterator[str]:
    if not _is_to_come(seen, inventory):
        return
    image = other_image(seen, inventory)
    versions = [version_of(image)] if image else [status.version for status in seen.statuses]
    for version in versions:
        if not version:
            yield f"nodes.yaml: no tag that is a version in {image}: write one such as registry.k8s.io/etcd:3.7.3-0"
        elif tuple(map(int, version.split(".")[:2])) < OLDEST:
            yield (
                f"etcd {version} cannot begin at a higher revision, which 3.6 and later can: name a younger one as"
                " cluster.etcd_image in nodes.yaml, or write `etcd: grow`"
            )


REFUSALS = (
    Refusal(
        2,
        "a note of the road `mirror` that cannot be read",
        "nobody knows which cluster is which",
        _unreadable,
    ),
    Refusal(2, "`etcd: mirror` where etcd has more than one member", "it has grown already: write `grow`", _grown),
    Refusal(
        2,
        "`etcd: mirror` with more than 256 MiB of etcd's database in use",
        "every key is compared with its value while nobody can write, which may last a minute",
        _large,
    ),
    Refusal(
        2,
        "`etcd: mirror` with a new etcd older than 3.6, or whose image has a tag that is no version",
        "the new cluster begins at a revision above the old one's, which etcdutl of 3.5 cannot do",
        _version,
    ),
)

NOTICES = (Notice(2, "on the road `mirror`: the old etcd's database, kept until somebody removes it", _kept),)
