"""Step 1: the cluster that is there is taken on, and who its first master was is written down."""

import json

import pytest

from changes.batch import ToDo
from changes.files import File
from changes.images import ImagesPulled
from changes.seen import Seen
from changes.step import CarryOut
from formats import kubernetes, manifests
from nodes.first_master import RECORD
from nodes.hosts import KEPT
from nodes.inventory import Inventory


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    """The images of the static pods that are to come, so that a registry that is down is met here and not in step 2;
    then one note on the first master: after step 6 nothing else tells it from the others for certain.

    The gate of step 2 reads from it which etcd cluster this began as.

    One master pulls after the other: no step writes more at once, and where machines share what their disks are on, the
    first master's etcd waits for it.
    """
    own = {component: manifests.parse(text).image for component, text in seen.manifests.items()}
    images = {**own, "etcd": seen.etcd_image(inventory)}
    configuration = kubernetes.with_etcd_image(seen.configuration.text, images["etcd"])
    # A new etcd cluster's image comes to the first master too, in 2.4.
    names = (*((seen.first,) if images != own else ()), *seen.new_masters(inventory))
    pulled = [ImagesPulled(name, tuple(images.values()), configuration) for name in names]
    return [*pulled, File(seen.first, RECORD, _note(seen))]


def _note(seen: Seen) -> str:
    if seen.record:
        return seen.record
    record = {"first_master": seen.first, "etcd_cluster_id": seen.members.cluster_id, "cluster_uid": seen.uid}
    return json.dumps(record, indent=1) + "\n"


@pytest.fixture
def adopted_cluster(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)


assert RECORD.startswith(KEPT)
