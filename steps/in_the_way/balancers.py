"""The node that the balancer is to run on."""

from collections.abc import Iterator

from formats import balancer
from nodes.consents import SINGLE_BALANCER
from nodes.inventory import Inventory
from steps.in_the_way.nodes import BALANCERS
from steps.in_the_way.refusal import Machines, Refusal


def alone(_seen: object, inventory: Inventory) -> Iterator[str]:
    if len(inventory.balancers) == 1:
        yield f"{inventory.balancers[0].name}: the only balancer, whose loss is the loss of the endpoint"


def taken(seen: Machines, inventory: Inventory) -> Iterator[str]:
    port = inventory.cluster.endpoint.port
    for node in inventory.balancers:
        machine = seen.machines[node.name]
        if port == seen.layout.api_port and node in inventory.masters:
            yield f"{node.name}: its apiserver is to listen on {port}: choose another port for cluster.endpoint"
        elif port in machine.listening and not machine.balancer:
            yield f"{node.name}: something listens on port {port} already: free it, or choose another endpoint port"
        if balancer.IDENTITY_PORT in machine.listening and not machine.balancer:
            yield f"{node.name}: something listens on port {balancer.IDENTITY_PORT}, which the balancer needs: free it"


def without_nginx(seen: Machines, inventory: Inventory) -> Iterator[str]:
    for node in inventory.balancers:
        machine = seen.machines[node.name]
        if machine.missing & BALANCERS:
            yield f"{node.name}: no nginx on the PATH of root: install it with its stream module, and leave it disabled"
        elif not machine.stream_module:
            yield f"{node.name}: its nginx has no stream module: install one (Debian: libnginx-mod-stream)"


REFUSALS = (
    Refusal(6, "one balancer alone", "its loss is the loss of the endpoint", alone, SINGLE_BALANCER),
    Refusal(
        6,
        f"the endpoint's port, or {balancer.IDENTITY_PORT}, in use on the balancer, also by its own apiserver to be",
        "the balancer has to listen there",
        taken,
    ),
    Refusal(
        6, "no nginx on the balancer, or none with its stream module", "nothing is installed for you", without_nginx
    ),
)
