"""Step 7: kube-proxy and the workers' kubelets leave the first master's address for the endpoint."""

from functools import partial

import pytest

from changes.api_objects import ConfigMapText
from changes.batch import Batch, ToDo, across, in_batches
from changes.change import Change
from changes.connected import KubeletConnected, KubeProxyConnected
from changes.kubeconfigs import PointedAt
from changes.seen import Seen
from changes.step import CarryOut
from formats import kubeconfigs
from nodes.inventory import Inventory
from steps.apiservers import KUBELET


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    """One node first, the others after it: an endpoint that does not hold costs one node's kube-proxy."""
    endpoint = inventory.cluster.endpoint
    server = f"https://{endpoint}"
    address = inventory.balancers[0].address
    todo: list[Change | Batch] = [
        ConfigMapText(
            seen.first,
            "kube-system",
            "kube-proxy",
            "kubeconfig.conf",
            f"server {server}",
            partial(kubeconfigs.with_server, server=server),
        )
    ]
    todo += in_batches([KubeProxyConnected(name, address, endpoint.port) for name in inventory.nodes])
    workers = [node.name for node in inventory.workers]
    # A kubelet reads its kubeconfig when it starts: what is written to all of them moves none but those restarted.
    todo += across([PointedAt(name, KUBELET, server)] for name in workers)
    todo += in_batches([KubeletConnected(name, address, endpoint.port) for name in workers])
    return todo


@pytest.fixture
def kube_proxy(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
