"""Step 4: a controller-manager and a scheduler on every master, one of each leading."""

from dataclasses import replace

import pytest

from changes.batch import ToDo, across
from changes.change import Change
from changes.kubeconfigs import Credential, PointedAt
from changes.seen import Seen
from changes.static_pods import Answering, StaticPod
from changes.step import CarryOut
from formats.kubeadm import CLIENTS
from formats.ports import CONTROLLER_MANAGER, SCHEDULER
from nodes.inventory import Inventory
from steps.etcd_cluster import carried

COMPONENTS = {"kube-controller-manager": CONTROLLER_MANAGER, "kube-scheduler": SCHEDULER}


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    return across(_of(seen, inventory, name) for name in seen.new_masters(inventory))


def _of(seen: Seen, inventory: Inventory, name: str) -> list[Change]:
    """Each talks to its own master's apiserver, so that the loss of one master takes one of each and no more."""
    todo: list[Change] = []
    server = seen.api_url(inventory, name)
    for path in ("controller-manager.conf", "scheduler.conf"):
        file = f"/etc/kubernetes/{path}"
        request = replace(CLIENTS[path].request(), lifetime=seen.configuration.certificate_lifetime)
        todo += [
            Credential(name, file, request, seen.layout.pki, seen.key_kind, server),
            PointedAt(name, file, server),
        ]
    for component in COMPONENTS:
        todo += [*carried(seen, name, component), StaticPod(name, component, seen.manifest(inventory, name, component))]
    todo += [Answering(name, component, "127.0.0.1", port, "/healthz") for component, port in COMPONENTS.items()]
    return todo


@pytest.fixture
def controllers(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
