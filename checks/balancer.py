"""The balancers: what they have loaded, and whom they lead to."""

import pytest

from checks.gathering import Gathered, gather
from formats import balancer, certificates
from formats.balancer import CONFIGURATION
from nodes import wire
from nodes.hosts import Hosts
from nodes.reading import Reader

# nginx takes the backends in turn; more tries than this without having seen one means that it is not among them, or
# that nginx has put it aside.
TRIES_PER_BACKEND = 6


@pytest.fixture(scope="module")
def loaded(hosts: Hosts) -> Gathered[str]:
    """The digest of the configuration that each balancer's nginx has loaded, as it says itself."""
    return gather(hosts, (node.name for node in hosts.inventory.balancers), _loaded)


def _loaded(reader: Reader) -> str:
    return reader.dial("127.0.0.1", balancer.IDENTITY_PORT).recv(64).decode()


def on_disk(reader: Reader) -> str:
    """The digest of the configuration on disk; empty where somebody has edited it."""
    return balancer.digest(reader.check(f"cat {CONFIGURATION}"))


def backends_seen(hosts: Hosts, looker: str, address: str, ca_pem: str) -> set[str]:
    """Fingerprints of the certificates to which one balancer has led `looker`, one connection after another."""
    reader, endpoint = hosts.fleet.reader(looker), hosts.inventory.cluster.endpoint
    seen: set[str] = set()
    for _ in range(TRIES_PER_BACKEND * len(hosts.inventory.masters)):
        shown = wire.presented(reader.dial(address, endpoint.port), wire.trusting(ca_pem), endpoint.host)
        seen.add(certificates.read(shown)[0].fingerprint)
        if len(seen) == len(hosts.inventory.masters):
            break
    return seen
