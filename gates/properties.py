"""What a ticket needs to know about a run, as properties of the report's suite."""

from collections.abc import Callable, Iterator

import pytest

from evidence.commit import commit
from evidence.run import Mode
from gates.connect import HOSTS, INVENTORY
from gates.identity import IDENTITY, NONE_YET, identify
from gates.options import ASKED
from nodes.first_master import is_to_be_created


@pytest.fixture(scope="session", autouse=True)
def _suite_properties(
    pytestconfig: pytest.Config, record_testsuite_property: Callable[[str, object], None]
) -> Iterator[None]:
    if IDENTITY not in pytestconfig.stash:
        yield
        return
    inventory = pytestconfig.stash[INVENTORY]
    for name, value in {
        "ticket": inventory.change.ticket or "none",
        "nodes.yaml sha256": inventory.digest,
        "runbook commit": commit(pytestconfig.rootpath),
    }.items():
        record_testsuite_property(name, value)
    yield
    # Told at the end: a cluster that this run has made had no name before.
    if pytestconfig.stash[IDENTITY] == NONE_YET and pytestconfig.stash[ASKED].mode is Mode.CHANGE:
        hosts = pytestconfig.stash[HOSTS]
        if not is_to_be_created(hosts.fleet, inventory, hosts.first_master):
            pytestconfig.stash[IDENTITY] = identify(hosts)
    identity = pytestconfig.stash[IDENTITY]
    for name, value in {
        "cluster uid": identity.uid,
        "kubernetes version": identity.kubernetes,
        "etcd version": identity.etcd,
    }.items():
        record_testsuite_property(name, value)
