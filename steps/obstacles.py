"""What stands in the way of this run's steps, from one fresh look: at the cluster, or at hosts that have none yet."""

import pytest

from changes.ground import survey
from changes.observe import observe
from nodes.first_master import RECORD, is_only_noted, is_to_be_created
from nodes.hosts import Hosts
from steps import bare_hosts
from steps.in_the_way import in_the_way


@pytest.fixture
def obstacles(hosts: Hosts, pytestconfig: pytest.Config) -> list[str]:
    """Every reason against the steps of this run; where there is no cluster yet, against making one too."""
    inventory, last_step = hosts.inventory, int(pytestconfig.getoption("to") or 7)
    wanted = inventory.create
    if is_only_noted(hosts.fleet, hosts.first_master):
        return [
            f"{hosts.first_master}: {RECORD} says that a cluster began there, and none is there: if it is to be made"
            " anew, remove that file, write `create:`, and run the same command again"
        ]
    if wanted is not None and is_to_be_created(hosts.fleet, inventory, hosts.first_master):
        return bare_hosts.in_the_way(survey(hosts, wanted.cluster), wanted, inventory, last_step)
    return in_the_way(observe(hosts), inventory, last_step)
