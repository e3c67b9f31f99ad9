"""testinfra's view of a node, for cases that users add: files, services, packages, sysctls, reading only."""

import pytest
from testinfra.host import Host

from nodes.hosts import Hosts
from nodes.testinfra_backend import testinfra_host


@pytest.fixture
def host(node: str, hosts: Hosts) -> Host:
    """The node of this case as a testinfra host; a command that is not on the reader's list is refused."""
    return testinfra_host(hosts.fleet.reader(node))


@pytest.fixture(scope="module")
def first_master(hosts: Hosts) -> str:
    """The name of the master that was there before the others."""
    return hosts.first_master
