"""Live connections and the age of processes: what runs now, as opposed to what a file says."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pytest

from checks.gathering import Gathered, gather
from formats.connections import peers
from formats.ports import APISERVER
from nodes.commands import DialFailed
from nodes.hosts import Hosts
from nodes.reading import Reader

CONTROLLERS = ("kube-controller-manager", "kube-scheduler")
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Clients:
    """Where the node's own API clients are connected: (address, port) of every established connection."""

    kubelet: frozenset[tuple[str, int]]
    kube_proxy: frozenset[tuple[str, int]]
    controllers: Mapping[str, frozenset[tuple[str, int]]]
    """Of kube-controller-manager and kube-scheduler, by name; those on the loopback too."""


@pytest.fixture(scope="module")
def clients(hosts: Hosts) -> Gathered[Clients]:
    """Each node's kubelet and kube-proxy, connections to a master's apiserver or to a balancer alone."""
    places = hosts.api_places

    def look(reader: Reader) -> Clients:
        return connected_to(places, reader.check("ss -Htnp state established"), hosts.layout.api_port)

    return gather(hosts, hosts.inventory.nodes, look)


def connected_to(places: AbstractSet[tuple[str, int]], table: str, api_port: int = APISERVER) -> Clients:
    """Who is connected to which of the places. Ports alone would not do: a kubelet probes pods, on 8443 too."""
    own = {(address, api_port) for address in LOOPBACK}
    return Clients(
        kubelet=frozenset(peers(table, "kubelet") & places),
        kube_proxy=frozenset(peers(table, "kube-proxy") & places),
        controllers={name: frozenset(peers(table, name) & (places | own)) for name in CONTROLLERS},
    )


def silent(reader: Reader, places: Iterable[tuple[str, int]]) -> list[str]:
    """Which of these (address, port) the host cannot open a TCP connection to, and why."""
    found = []
    for address, port in places:
        try:
            reader.dial(address, port, timeout=3).close()
        except DialFailed as error:
            found.append(str(error))
    return found


@dataclass(frozen=True)
class Ages:
    """In whole seconds: of the kubelet's process, and of the last change to its kubeconfig."""

    process: int
    kubeconfig: int


@pytest.fixture(scope="module")
def kubelet_ages(hosts: Hosts) -> Gathered[Ages]:
    """Each worker's."""
    return gather(hosts, (node.name for node in hosts.inventory.workers), _ages)


def _ages(reader: Reader) -> Ages:
    commands = ["date +%s", "stat -c %Y /etc/kubernetes/kubelet.conf", "ps -C kubelet -o etimes="]
    now, changed, process = (int(answer.checked().stdout) for answer in reader.run_all(commands))
    return Ages(process, now - changed)
