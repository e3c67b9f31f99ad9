"""What runs on the masters to be and has to go somewhere."""

from collections.abc import Iterator

from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal


def no_worker(_seen: object, inventory: Inventory) -> Iterator[str]:
    if not inventory.workers:
        yield "no worker in nodes.yaml: every node would be tainted and ordinary pods could run nowhere; add a worker"


REFUSALS = (Refusal(5, "no worker in nodes.yaml", "every node would be tainted", no_worker),)
