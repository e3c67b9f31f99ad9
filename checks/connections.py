"""Live connections and the age of processes: what runs now, as opposed to what a file says."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pytest

from checks.gathering import Gathered, gather
from formats.connections import peers
from nodes.hosts import Hosts
from nodes.reading import Reader


@dataclass(frozen=True)
class Clients:
    """Where the node's own API clients are connected: (address, port) of every established connection."""

    kubelet: frozenset[tuple[str, int]]
    kube_proxy: frozenset[tuple[str, int]]


@pytest.fixture(scope="module")
def clients(hosts: Hosts) -> Gathered[Clients]:
    """Each node's kubelet and kube-proxy, connections to a master's apiserver or to a balancer alone."""
    places = hosts.api_places

    def look(reader: Reader) -> Clients:
        return connected_to(places, reader.check("ss -Htnp state established"))

    return gather(hosts, hosts.inventory.nodes, look)


def connected_to(places: AbstractSet[tuple[str, int]], table: str) -> Clients:
    """Who is connected to which of the places. Ports alone would not do: a kubelet probes pods, on 8443 too."""
    return Clients(*(frozenset(peers(table, process) & places) for process in ("kubelet", "kube-proxy")))


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
