"""Step 1: the cluster that is there is taken on, and who its first master was is written down."""

import json

import pytest

from changes.batch import ToDo
from changes.files import File
from changes.seen import Seen
from changes.step import CarryOut
from nodes.first_master import RECORD
from nodes.hosts import KEPT
from nodes.inventory import Inventory


def changes(seen: Seen, _inventory: Inventory) -> ToDo:
    """One note on the first master: after step 6 nothing else tells it from the others for certain.

    The gate of step 2 reads from it which etcd cluster this began as.
    """
    if seen.record:
        return [File(seen.first, RECORD, seen.record)]
    record = {"first_master": seen.first, "etcd_cluster_id": seen.members.cluster_id, "cluster_uid": seen.uid}
    return [File(seen.first, RECORD, json.dumps(record, indent=1) + "\n")]


@pytest.fixture
def adopted_cluster(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)


assert RECORD.startswith(KEPT)
