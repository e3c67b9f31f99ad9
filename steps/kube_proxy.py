"""Step 7: kube-proxy and the workers' kubelets leave the first master's address for the endpoint."""

from functools import partial

import pytest

from changes.api_objects import ConfigMapText
from changes.change import Change
from changes.kube_proxy import KubeProxyConnected
from changes.kubeconfigs import PointedAt
from changes.seen import Seen
from changes.services import KubeletConnected
from changes.step import CarryOut
from formats import kubeconfigs
from nodes.inventory import Inventory
from steps.apiservers import KUBELET


def changes(seen: Seen, inventory: Inventory) -> list[Change]:
    """One node after the other: an endpoint that does not hold costs one node's kube-proxy and not all of them."""
    endpoint = inventory.cluster.endpoint
    server = f"https://{endpoint}"
    address = inventory.balancers[0].address
    todo: list[Change] = [
        ConfigMapText(
            seen.first,
            "kube-system",
            "kube-proxy",
            "kubeconfig.conf",
            f"server {server}",
            partial(kubeconfigs.with_server, server=server),
        )
    ]
    todo += [KubeProxyConnected(name, address, endpoint.port) for name in inventory.nodes]
    for node in inventory.workers:
        todo += [
            PointedAt(node.name, KUBELET, server),
            KubeletConnected(node.name, address, endpoint.port),
        ]
    return todo


@pytest.fixture
def kube_proxy(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
