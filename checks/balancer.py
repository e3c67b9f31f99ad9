"""The balancers: what they have loaded, and whom they lead to."""

import ssl
from contextlib import suppress

import pytest

from checks import certificates
from checks.gathering import Gathered, gather
from formats import balancer
from formats.balancer import CONFIGURATION
from formats.certificates import read
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts, bracketed
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


def wanted(hosts: Hosts, name: str) -> str:
    """The digest of the configuration that this balancer should have: one edited with care has a digest too."""
    nodes, endpoint = hosts.inventory.nodes, hosts.inventory.cluster.endpoint
    built = hosts.fleet.reader(name).run("nginx -V")
    module = balancer.stream_module(built.stdout + built.stderr)
    backends = [f"{bracketed(node.address)}:{hosts.layout.api_port}" for node in hosts.inventory.masters]
    listen = f"{bracketed(nodes[name].address)}:{endpoint.port}"
    return balancer.digest(balancer.configuration(listen, backends, module or ""))


def answering(hosts: Hosts) -> dict[str, str]:
    """Fingerprint of what each apiserver shows to who asks it directly, by it the master's name; who is silent is
    not among them. What is wrong with such a certificate is told in step 3."""
    found = {}
    for node in hosts.inventory.masters:
        with suppress(DialFailed, wire.WireError, ssl.SSLError):
            found[certificates.shown_by(hosts, node.name).fingerprint] = node.name
    return found


def backends_seen(hosts: Hosts, looker: str, address: str) -> set[str]:
    """Fingerprints of the certificates to which one balancer has led `looker`, one connection after another."""
    reader, endpoint = hosts.fleet.reader(looker), hosts.inventory.cluster.endpoint
    seen: set[str] = set()
    for _ in range(TRIES_PER_BACKEND * len(hosts.inventory.masters)):
        shown = wire.presented(reader.dial(address, endpoint.port), wire.undemanding(), endpoint.host)
        seen.add(read(shown)[0].fingerprint)
        if len(seen) == len(hosts.inventory.masters):
            break
    return seen


def refusals(hosts: Hosts, looker: str, address: str, ca_pem: str) -> list[str]:
    """Why no connection through one balancer gave a verified answer of the API; [] as soon as one has.

    Each goes to another apiserver. One with a wrong certificate is step 3's matter, and not the balancer's.
    """
    reader, endpoint = hosts.fleet.reader(looker), hosts.inventory.cluster.endpoint
    found: list[str] = []
    for _ in range(TRIES_PER_BACKEND * len(hosts.inventory.masters)):
        try:
            channel = reader.dial(address, endpoint.port)
            answer = wire.get(channel, "/version", endpoint.host, wire.trusting(ca_pem))
        except DialFailed as error:
            return [str(error)]
        except (wire.WireError, ssl.SSLError, OSError) as error:
            found.append(str(error))
            continue
        if answer.status == 200:
            return []
        found.append(str(answer))
    return found
