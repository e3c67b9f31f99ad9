"""Room for what is to come."""

from collections.abc import Iterator

from changes.seen import Seen
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal

# The database is copied to a learner and written again at its first snapshot.
ROOM = 3


def _disk(seen: Seen, inventory: Inventory) -> Iterator[str]:
    size = max(status.db_size for status in seen.statuses)
    for node in inventory.masters:
        free = seen.machines[node.name].free_bytes
        if free < ROOM * size:
            wanted = f"{ROOM * size >> 20} MiB wanted ({ROOM} x etcd's database)"
            yield f"{node.name}: {free >> 20} MiB free for {seen.layout.etcd_data}, {wanted}: make room"


REFUSALS = (
    Refusal(
        2,
        "less room for etcd's data than three times the database, on any master",
        "it is copied to the learner and written again",
        _disk,
    ),
)
