"""Live connections and the age of processes: what runs now, as opposed to what a file says."""

from dataclasses import dataclass

import pytest

from checks.gathering import Gathered, gather
from formats.connections import peers
from formats.ports import APISERVER
from nodes.hosts import Hosts
from nodes.reading import Reader


@dataclass(frozen=True)
class Clients:
    """Where the node's own API clients are connected: (address, port) of every established connection."""

    kubelet: frozenset[tuple[str, int]]
    kube_proxy: frozenset[tuple[str, int]]


@pytest.fixture(scope="module")
def clients(hosts: Hosts) -> Gathered[Clients]:
    """Each node's kubelet and kube-proxy, connections to ports of apiserver and endpoint alone."""
    api_ports = {APISERVER, hosts.inventory.cluster.endpoint.port}

    def look(reader: Reader) -> Clients:
        table = reader.check("ss -Htnp state established")
        kept = {
            process: frozenset(peer for peer in peers(table, process) if peer[1] in api_ports)
            for process in ("kubelet", "kube-proxy")
        }
        return Clients(kept["kubelet"], kept["kube-proxy"])

    return gather(hosts, hosts.inventory.nodes, look)


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
