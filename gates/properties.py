"""What a ticket needs to know about a run, as properties of the report's suite."""

from collections.abc import Callable

import pytest

from evidence.commit import commit
from gates.connect import INVENTORY
from gates.identity import IDENTITY


@pytest.fixture(scope="session", autouse=True)
def _suite_properties(pytestconfig: pytest.Config, record_testsuite_property: Callable[[str, object], None]) -> None:
    if IDENTITY not in pytestconfig.stash:
        return
    inventory, identity = pytestconfig.stash[INVENTORY], pytestconfig.stash[IDENTITY]
    for name, value in {
        "ticket": inventory.change.ticket or "none",
        "nodes.yaml sha256": inventory.digest,
        "cluster uid": identity.uid,
        "kubernetes version": identity.kubernetes,
        "etcd version": identity.etcd,
        "runbook commit": commit(pytestconfig.rootpath),
    }.items():
        record_testsuite_property(name, value)
