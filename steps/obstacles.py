"""What stands in the way of this run's steps, from one fresh look: at the cluster, or at hosts that have none yet."""

import logging
from collections.abc import Callable

import pytest

from changes.ground import survey
from changes.observe import footing, observe_before
from nodes.first_master import RECORD, is_only_noted, is_to_be_created
from nodes.hosts import Hosts
from steps import bare_hosts
from steps.in_the_way import in_the_way, worth_knowing
from steps.in_the_way.footing import unfit

log = logging.getLogger("runbook")


@pytest.fixture
def obstacles(
    hosts: Hosts, pytestconfig: pytest.Config, record_testsuite_property: Callable[[str, object], None]
) -> list[str]:
    """Every reason against the steps of this run; where there is no cluster yet, against making one too.

    What else the look shows is told, and kept in the report.
    """
    inventory, last_step = hosts.inventory, int(pytestconfig.getoption("to") or 7)
    wanted = inventory.create
    if is_only_noted(hosts.fleet, hosts.first_master):
        return [
            f"{hosts.first_master}: {RECORD} says that a cluster began there, and none is there: if it is to be made"
            " anew, remove that file, write `create:`, and run the same command again"
        ]
    if wanted is not None and is_to_be_created(hosts.fleet, inventory, hosts.first_master):
        return bare_hosts.in_the_way(survey(hosts, wanted.cluster), wanted, inventory, last_step)
    if reasons := unfit(footing(hosts)):
        return reasons
    seen = observe_before(hosts)
    notices = worth_knowing(seen, inventory, last_step)
    for notice in notices:
        log.info("worth knowing · %s", notice)
    record_testsuite_property("worth knowing", "\n".join(notices))
    return in_the_way(seen, inventory, last_step)
