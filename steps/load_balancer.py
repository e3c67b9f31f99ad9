"""Step 6: the endpoint's name answers at a layer-4 balancer, and the cluster knows itself by it."""

from functools import partial

import pytest

from changes.api_objects import ClusterInfoSigned, ConfigMapText
from changes.balancer import UNIT, BalancerLoaded
from changes.batch import Batch, ToDo, across
from changes.change import Change
from changes.files import File, HostsEntry
from changes.kubeconfigs import PointedAt
from changes.seen import Seen
from changes.services import ServiceRunning
from changes.step import CarryOut
from formats import balancer, kubeconfigs, kubernetes
from formats.balancer import CONFIGURATION
from nodes.hosts import ADMIN, bracketed
from nodes.inventory import Inventory

SUPER_ADMIN = "/etc/kubernetes/super-admin.conf"


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    """First the balancer, then the name that leads to it, then who is told of the name."""
    endpoint = inventory.cluster.endpoint
    todo: list[Change | Batch] = []
    for node in inventory.balancers:
        unit = balancer.unit(seen.machines[node.name].nginx_program)
        text = configuration(seen, inventory, node.name)
        todo += [
            File(node.name, CONFIGURATION, text, 0o644),
            File(node.name, f"/etc/systemd/system/{UNIT}", unit, 0o644),
            ServiceRunning(node.name, UNIT),
            BalancerLoaded(node.name, balancer.digest(text)),
        ]
    address = inventory.balancers[0].address
    todo += across([HostsEntry(name, address, endpoint.host)] for name in inventory.nodes)
    server = f"https://{endpoint}"
    todo += [
        ConfigMapText(
            seen.first,
            "kube-system",
            "kubeadm-config",
            "ClusterConfiguration",
            f"controlPlaneEndpoint {endpoint}",
            partial(kubernetes.with_endpoint, endpoint=str(endpoint)),
        ),
        ConfigMapText(
            seen.first,
            "kube-public",
            "cluster-info",
            "kubeconfig",
            f"server {server}",
            partial(kubeconfigs.with_server, server=server),
        ),
        ClusterInfoSigned(seen.first),
    ]
    todo += across([PointedAt(node.name, ADMIN, server)] for node in inventory.masters)
    if seen.has_super_admin:
        todo.append(PointedAt(seen.first, SUPER_ADMIN, server))
    return todo


def configuration(seen: Seen, inventory: Inventory, name: str) -> str:
    """What nginx is to load on this balancer."""
    module = balancer.stream_module(seen.machines[name].nginx)
    if module is None:
        raise ValueError(f"{name}: nginx has no stream module; step 1 refuses such a node")
    address = bracketed(inventory.nodes[name].address)
    backends = [f"{bracketed(node.address)}:{seen.layout.api_port}" for node in inventory.masters]
    return balancer.configuration(f"{address}:{inventory.cluster.endpoint.port}", backends, module)


@pytest.fixture
def load_balancer(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
