"""Routes of the hosts against the ranges of the cluster."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

import pytest

from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader


@dataclass(frozen=True)
class Route:
    """One line of the main routing table; the default route is none."""

    network: IPv4Network | IPv6Network
    device: str
    gateway: str

    def __str__(self) -> str:
        return f"{self.network} dev {self.device}" + (f" via {self.gateway}" if self.gateway else "")


@pytest.fixture(scope="module")
def routes(hosts: Hosts) -> Gathered[list[Route]]:
    return gather(hosts, hosts.inventory.nodes, _routes)


def _routes(reader: Reader) -> list[Route]:
    listed = json.loads(reader.check("ip -json route show"))
    return [
        Route(ip_network(line["dst"]), line.get("dev", ""), line.get("gateway", ""))
        for line in listed
        if line["dst"] != "default"
    ]


def overlapping(found: list[Route], ranges: list[str], pod_ranges: list[str]) -> list[str]:
    """Routes that take addresses out of the cluster's ranges, as "ROUTE overlaps RANGE".

    A route inside what the cluster itself has given to a node (`pod_ranges`) is the pod network's own.
    """
    own = [ip_network(text) for text in pod_ranges]
    return [
        f"{route} overlaps {text}"
        for text in ranges
        for route in found
        if route.network.version == ip_network(text).version
        and route.network.overlaps(ip_network(text))
        and not any(route.network.version == net.version and route.network.subnet_of(net) for net in own)  # type: ignore[arg-type]
    ]
