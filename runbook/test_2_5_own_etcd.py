"""Step 2.5, on the article's own road. The first master's apiserver reads from its own etcd again.

Its own manifest comes back, byte for byte, and it is started anew a second time. From here on the cluster is as on the
other road, and the gates of step 2 as a whole follow.
"""

import pytest

from checks.etcd_mirror import read_from
from nodes.hosts import Hosts

pytestmark = [pytest.mark.road("mirror"), pytest.mark.step(2, part=5)]

LOOPBACK = "127.0.0.1"


@pytest.mark.change
def test_first_apiserver_is_back_at_its_own_etcd(apiservers_own_etcd: list[str]) -> None:
    """Its container's log on the first master says what it waits for (/var/log/containers)."""
    assert not apiservers_own_etcd, "\n".join(apiservers_own_etcd)


@pytest.mark.verify
def test_first_apiserver_is_connected_to_its_own_etcd(hosts: Hosts) -> None:
    """Another member's loss would be this apiserver's: see --etcd-servers in its manifest."""
    assert read_from(hosts, hosts.first_master) == {LOOPBACK}
