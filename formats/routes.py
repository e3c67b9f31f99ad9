"""Routes and addresses of a host, as `ip` prints them, against the ranges of a cluster."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Any, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
Interface: TypeAlias = IPv4Interface | IPv6Interface

# What pod networks lead to pods through: one end of a pod's own pair, or a tunnel to another node. A VPN is none of
# them (tun, wireguard, ppp), nor is a card, a VLAN or a bridge: their addresses decide, below.
POD_DEVICES = frozenset(("veth", "vxlan", "geneve", "ipip", "ip6tnl", "openvswitch"))

# Calico's BIRD, and its Felix, which calls itself by a number: each drops what its own block has no pod for.
BLOCK_PROTOCOLS = frozenset(("bird", "80"))


@dataclass(frozen=True)
class Device:
    """A network device. kind: the kernel's word for it, "" for a card; peers: it leads to one other address alone."""

    name: str
    kind: str = ""
    addresses: tuple[Interface, ...] = ()
    peers: bool = False


@dataclass(frozen=True)
class Route:
    """One way out of the main routing table; the default route is none. device: None where it drops or refuses."""

    network: Network
    device: Device | None
    gateway: str = ""
    protocol: str = ""
    kind: str = "unicast"

    def __str__(self) -> str:
        way = f"dev {self.device.name}" if self.device else self.kind
        return f"{self.network} {way}" + (f" via {self.gateway}" if self.gateway else "")


@dataclass(frozen=True)
class Ranges:
    """
    services  the cluster's range of service addresses
    pods      its range of pod addresses
    given     the parts of it that Nodes were given (spec.podCIDRs); a pod network may hand out others
    nodes     the nodes' own addresses
    """

    services: tuple[Network, ...]
    pods: tuple[Network, ...]
    given: tuple[Network, ...] = ()
    nodes: frozenset[IPv4Address | IPv6Address] = field(default_factory=frozenset)

    @classmethod
    def of(cls, services: str, pods: str, given: Collection[str], nodes: Collection[str]) -> "Ranges":
        """services, pods: as kubeadm-config has them, with commas between two families."""
        own = frozenset(ip_address(address) for address in nodes if address)
        return cls(networks(services.split(",")), networks(pods.split(",")), networks(given), own)


def parsed(table: list[dict[str, Any]], devices: list[dict[str, Any]]) -> list[Route]:
    """What `ip -json route show` and `ip -json -details address show` print; a route with several ways is several."""
    known = {line["ifname"]: _device(line) for line in devices if "ifname" in line}
    return [route for line in table if line["dst"] != "default" for route in _ways(line, known)]


def _ways(line: dict[str, Any], known: Mapping[str, Device]) -> Iterator[Route]:
    for way in line.get("nexthops") or [line]:
        name = way.get("dev")
        yield Route(
            network=ip_network(line["dst"]),
            device=known.get(name, Device(name)) if name else None,
            gateway=way.get("gateway") or way.get("via", {}).get("host", ""),
            protocol=line.get("protocol", ""),
            kind=line.get("type", "unicast"),
        )


def _device(line: dict[str, Any]) -> Device:
    # Every device has an address of its own link; it says nothing about where the device leads.
    own = [entry for entry in line.get("addr_info", ()) if entry.get("scope") != "link"]
    return Device(
        name=line["ifname"],
        kind=line.get("linkinfo", {}).get("info_kind", ""),
        addresses=tuple(ip_interface(f"{entry['local']}/{entry['prefixlen']}") for entry in own),
        peers=any("address" in entry for entry in own),
    )


def overlapping(found: Collection[Route], ranges: Ranges) -> list[str]:
    """Routes that take addresses out of the cluster's ranges, as "ROUTE overlaps RANGE".

    Within the pods' range the pod network's own routes are none of them. A route is its own that leads to one of the
    cluster's nodes; that lies in what a Node was given; or whose device belongs to the pod network.
    """
    return [
        f"{route} overlaps {one}"
        for one in (*ranges.services, *ranges.pods)
        for route in found
        if route.network.version == one.version
        and route.network.overlaps(one)
        and not (one in ranges.pods and _within(route.network, ranges.pods) and _is_podnetworks(route, ranges))
    ]


def misled(found: Collection[Route], owners: Mapping[str, str]) -> list[str]:
    """Routes for exactly what one Node was given (spec.podCIDRs, by range: its address) that lead to another Node.

    A part of such a range may be anybody's: pod networks with an allocation of their own do not keep to it.
    """
    given = {ip_network(text): address for text, address in owners.items() if address}
    return [
        f"{route} leads to another node than {given[route.network]}, whose pods these are"
        for route in found
        if route.network in given and route.gateway in given.values() and route.gateway != given[route.network]
    ]


def _is_podnetworks(route: Route, ranges: Ranges) -> bool:
    if _within(route.network, ranges.given):
        return True
    if route.device is None:
        return route.protocol in BLOCK_PROTOCOLS
    if route.gateway and ip_address(route.gateway) in ranges.nodes:
        return True
    return _carries_pods_alone(route.device, ranges)


def _carries_pods_alone(device: Device, ranges: Ranges) -> bool:
    """Whether a device has no address but of the pod network: then it leads nowhere else.

    Addresses that a Node was given are enough, whatever the device is (a bridge, flannel's WireGuard). Without them it
    must be of a kind that pod networks use, with no address (Calico's and Cilium's end of a pod's pair), or with
    single ones in the pods' range (a tunnel's): a foreign network in that range has a whole network on its device.
    """
    if any(address.ip in ranges.nodes for address in device.addresses):
        return False
    if device.addresses and all(_within(address.network, ranges.given) for address in device.addresses):
        return True
    single = all(
        address.network.prefixlen == address.max_prefixlen and _within(address.network, ranges.pods)
        for address in device.addresses
    )
    return device.kind in POD_DEVICES and not device.peers and single


def _within(network: Network, ranges: Collection[Network]) -> bool:
    return any(network.version == one.version and network.subnet_of(one) for one in ranges)  # type: ignore[arg-type]


def networks(texts: Collection[str]) -> tuple[Network, ...]:
    """Ranges from their texts; an empty text is none."""
    return tuple(ip_network(text) for text in texts if text)
