"""Step 1, where there is no cluster yet: it is made, as nodes.yaml's `create:` has it, with one master.

Steps 2 to 7 then convert it as they convert any other.
"""

import pytest

from changes.batch import Batch, ToDo, in_batches
from changes.change import Change
from changes.files import File
from changes.ground import Ground, survey
from changes.images import ImagesPulled
from changes.initialized import Initialized
from changes.joined import Joined
from changes.observe import observe_before
from changes.step import MakeSo
from changes.whole import Applied, Whole
from nodes.first_master import CREATION, is_to_be_created
from nodes.hosts import Hosts
from nodes.inventory import Creation, Inventory
from steps.in_the_way import in_the_way


def changes(ground: Ground, wanted: Creation, inventory: Inventory) -> ToDo:
    """kubeadm's configuration comes before kubeadm: by it a later run knows what was begun, and on which master."""
    first = ground.first
    masters = tuple(node.name for node in inventory.masters)
    pulled = tuple(ImagesPulled(name, ground.images, ground.configuration) for name in masters)
    others = [name for name in inventory.nodes if name != first]
    todo: list[Change | Batch] = [
        Batch(pulled),
        File(first, CREATION, ground.configuration),
        Initialized(first, wanted.cluster.version),
        Applied(first, "the pod network", wanted.pod_network),
        *in_batches([Joined(name, wanted.cluster) for name in others]),
        Whole(first, tuple(inventory.nodes)),
    ]
    return todo


@pytest.fixture
def created_cluster(hosts: Hosts, make_so: MakeSo, pytestconfig: pytest.Config) -> list[str]:
    """What is still not so; where a cluster was made, also what then stands in the way of the steps after this."""
    wanted = hosts.inventory.create
    if wanted is None or not is_to_be_created(hosts.fleet, hosts.inventory, hosts.first_master):
        return []
    left = make_so(changes(survey(hosts, wanted.cluster), wanted, hosts.inventory))
    if left or hosts.lock is None:
        return left
    return in_the_way(observe_before(hosts), hosts.inventory, int(pytestconfig.getoption("to") or 7))
