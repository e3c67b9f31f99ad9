"""Routes of a host that take addresses out of the cluster's ranges."""

import json
from typing import Any

import pytest

from formats.routes import Ranges, misled, overlapping, parsed

SERVICES, PODS = "10.96.0.0/12", "10.244.0.0/16"
GIVEN = ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]
NODES = ["10.27.53.32", "10.24.138.208", "10.27.52.80"]
RANGES = Ranges.of(SERVICES, PODS, GIVEN, NODES)


def device(name: str, kind: str = "", *addresses: str, peer: str = "") -> dict[str, Any]:
    """One entry of `ip -json -details address show`, as iproute2 6.1 prints it, without what is not read."""
    told = []
    for address in addresses:
        local, _, length = address.partition("/")
        one = {"family": "inet", "local": local, "prefixlen": int(length), "scope": "global", "label": name}
        told.append({**one, **({"address": peer} if peer else {})})
    told.append({"family": "inet6", "local": "fe80::ecee:eeff:feee:eeee", "prefixlen": 64, "scope": "link"})
    return {"ifname": name, "addr_info": told, **({"linkinfo": {"info_kind": kind}} if kind else {})}


def ways(words: str) -> dict[str, Any]:
    """One entry of `ip -json route show` for a line of `ip route show`."""
    first, *rest = words.split()
    if first in ("blackhole", "unreachable", "prohibit"):
        return {"type": first, "dst": rest[0], "protocol": rest[2], "flags": []}
    named = dict(zip(rest[::2], rest[1::2], strict=False))
    names = {"dev": "dev", "via": "gateway", "proto": "protocol", "scope": "scope", "src": "prefsrc"}
    return {"dst": first, "flags": [], **{names[name]: value for name, value in named.items() if name in names}}


ETH0 = device("eth0", "", "10.27.53.32/24")
DEVICES = [
    ETH0,
    # the hosts of the lab and those in containers: a pair, too, is a node's own where it has the node's address
    device("host0", "veth", "10.27.53.32/24"),
    device("cni0", "bridge", "10.244.0.1/24"),
    device("flannel.1", "vxlan", "10.244.0.0/32"),
    device("flannel-wg", "wireguard", "10.244.0.0/32"),
    device("cali1299111064", "veth"),
    device("tunl0", "ipip", "10.244.171.64/32"),
    device("vxlan.calico", "vxlan", "10.244.171.64/32"),
    device("lxc0ce577f8ba27", "veth"),
    device("cilium_host", "veth", "10.244.9.241/32"),
    device("ovn-k8s-mp0", "openvswitch", "10.244.0.2/24"),
    device("docker0", "bridge", "10.244.40.1/24"),
    device("tun0", "tun", "10.8.0.6/32", peer="10.8.0.5"),
    device("tun1", "tun", "10.244.9.6/32", peer="10.244.9.5"),
    device("tun2", "tun"),
    device("wg0", "wireguard", "10.244.9.7/32"),
    device("gre1", "ipip", "10.244.9.8/32", peer="10.244.9.9"),
    device("ve-guest", "veth", "10.244.50.1/28"),
    device("eth1", ""),
    device("eth2", "", "192.168.7.3/24", "10.244.171.65/32"),
    device("vlan7", "vlan", "10.244.7.1/24"),
]


def found(*lines: str, ranges: Ranges = RANGES) -> list[str]:
    return overlapping(parsed([ways(line) for line in lines], DEVICES), ranges)


@pytest.mark.parametrize(
    ("network", "sentences"),
    [
        ("10.27.52.0/23", []),
        ("10.112.0.0/16", []),
        ("10.100.0.0/16", ["10.100.0.0/16 dev eth0 overlaps 10.96.0.0/12"]),
        ("10.96.0.0/12", ["10.96.0.0/12 dev eth0 overlaps 10.96.0.0/12"]),
        ("10.244.7.0/24", ["10.244.7.0/24 dev eth0 overlaps 10.244.0.0/16"]),
        (
            "10.0.0.0/8",
            ["10.0.0.0/8 dev eth0 overlaps 10.96.0.0/12", "10.0.0.0/8 dev eth0 overlaps 10.244.0.0/16"],
        ),
        ("10.96.0.1", ["10.96.0.1/32 dev eth0 overlaps 10.96.0.0/12"]),
    ],
    ids=["beside", "next to it", "within", "the same", "within the pods'", "around both", "a single address"],
)
def test_a_route_into_the_clusters_ranges_is_named(network: str, sentences: list[str]) -> None:
    assert found(f"{network} dev eth0 scope link") == sentences


@pytest.mark.parametrize(
    "lines",
    [
        ["10.244.1.0/24 via 10.24.138.208 dev eth0", "10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1"],
        ["10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink", "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink"],
        ["10.244.0.0/16 dev flannel-wg scope link"],
        [
            "10.244.44.0/26 via 10.24.138.208 dev tunl0 proto bird onlink",
            "blackhole 10.244.171.64/26 proto bird",
            "10.244.171.66 dev cali1299111064 scope link",
        ],
        ["10.244.44.0/26 via 10.244.44.0 dev vxlan.calico onlink", "blackhole 10.244.171.64/26 proto 80"],
        ["10.244.44.0/26 via 10.27.52.80 dev eth0 proto bird", "10.244.44.0/26 via 10.27.52.80 dev host0 proto 80"],
        [
            "10.244.8.0/24 via 10.244.9.241 dev cilium_host proto kernel src 10.244.9.241",
            "10.244.9.241 dev cilium_host proto kernel scope link",
            "10.244.9.17 dev lxc0ce577f8ba27 scope link",
        ],
        ["10.244.0.0/16 via 10.244.0.1 dev ovn-k8s-mp0", "10.244.0.0/24 dev ovn-k8s-mp0 proto kernel scope link"],
    ],
    ids=["routes", "flannel", "flannel, WireGuard", "Calico, IPIP", "Calico, VXLAN", "Calico, BGP", "Cilium", "OVN"],
)
def test_the_pod_networks_own_routes_are_none_of_them(lines: list[str]) -> None:
    assert found("default via 10.27.53.1 dev eth0", "10.27.53.0/24 dev eth0 proto kernel", *lines) == []


@pytest.mark.parametrize(
    "line",
    [
        "10.244.7.0/24 dev eth0 scope link",
        "10.244.7.0/24 dev host0 scope link",
        "10.244.7.0/24 via 10.27.53.1 dev eth0",
        "10.244.7.0/24 via 10.27.53.1 dev eth0 proto bird",
        "10.244.40.0/24 dev docker0 proto kernel scope link src 10.244.40.1",
        "10.244.50.0/28 dev ve-guest proto kernel scope link",
        "10.244.7.0/24 via 10.8.0.5 dev tun0",
        "10.244.9.0/24 via 10.244.9.5 dev tun1",
        "10.244.9.5 dev tun1 proto kernel scope link src 10.244.9.6",
        "10.244.7.0/24 dev tun2 scope link",
        "10.244.9.0/24 dev wg0 scope link",
        "10.244.9.0/24 dev gre1 scope link",
        "10.244.7.0/24 dev eth1 scope link",
        "10.244.7.0/24 dev eth2 scope link",
        "10.244.7.0/24 dev vlan7 proto kernel scope link",
        "10.244.7.0/24 dev gone0 scope link",
        "10.244.0.0/20 dev tun0 via 192.0.2.1",
        "10.240.0.0/12 dev cali1299111064 scope link",
    ],
)
def test_a_foreign_route_into_the_pods_range_is_named(line: str) -> None:
    (sentence,) = found(line)
    assert sentence.startswith(line.split()[0])
    assert sentence.endswith(f" overlaps {PODS}")


def test_what_somebody_drops_within_the_pods_range_is_named() -> None:
    assert found("blackhole 10.244.7.0/24 proto static") == ["10.244.7.0/24 blackhole overlaps 10.244.0.0/16"]
    assert found("unreachable 10.244.0.0/16 proto boot") == ["10.244.0.0/16 unreachable overlaps 10.244.0.0/16"]


def test_the_pod_network_has_no_say_in_the_services_range() -> None:
    for line in ("10.100.0.0/16 via 10.24.138.208 dev eth0", "10.100.0.7 dev cali1299111064 scope link"):
        (sentence,) = found(line)
        assert sentence.endswith(" overlaps 10.96.0.0/12")
    assert found("blackhole 10.96.0.0/12 proto bird") == ["10.96.0.0/12 blackhole overlaps 10.96.0.0/12"]


def test_each_way_of_a_route_with_several_is_looked_at() -> None:
    line = {
        "dst": "10.244.44.0/26",
        "protocol": "bird",
        "nexthops": [
            {"gateway": "10.24.138.208", "dev": "eth0", "weight": 1},
            {"gateway": "10.27.53.254", "dev": "eth0", "weight": 1},
        ],
    }
    assert overlapping(parsed([line], DEVICES), RANGES) == [
        "10.244.44.0/26 dev eth0 via 10.27.53.254 overlaps 10.244.0.0/16"
    ]


def test_ranges_of_the_other_family_are_no_matter() -> None:
    both = Ranges.of(f"{SERVICES},fd00:10:96::/108", PODS, GIVEN, NODES)
    assert found("10.112.0.0/16 dev eth0", "fd00:10:96::/112 dev eth0", ranges=both) == [
        "fd00:10:96::/112 dev eth0 overlaps fd00:10:96::/108"
    ]


def test_what_ip_prints_is_read() -> None:
    """As printed on a node of kubeadm's with Calico; a loopback's own entries and empty ones do no harm."""
    table = json.loads(
        '[{"dst":"default","gateway":"10.27.53.1","dev":"eth0","protocol":"static","flags":[]},'
        '{"dst":"10.244.44.0/26","gateway":"10.244.44.0","dev":"vxlan.calico","flags":["onlink"]},'
        '{"type":"blackhole","dst":"10.244.171.64/26","protocol":"80","flags":[]},'
        '{"dst":"10.244.7.0/24","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","flags":[]}]'
    )
    devices = json.loads(
        '[{},{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"addr_info":[{"family":"inet","local":"127.0.0.1",'
        '"prefixlen":8,"scope":"host","label":"lo"}]},{"ifindex":4,"ifname":"vxlan.calico","linkinfo":'
        '{"info_kind":"vxlan","info_data":{"id":4096}},"addr_info":[{"family":"inet","local":"10.244.171.64",'
        '"prefixlen":32,"scope":"global","label":"vxlan.calico"}]}]'
    )
    assert [str(route) for route in parsed(table, devices)] == [
        "10.244.44.0/26 dev vxlan.calico via 10.244.44.0",
        "10.244.171.64/26 blackhole",
        "10.244.7.0/24 dev eth0 via fe80::1",
    ]
    assert overlapping(parsed(table, devices), RANGES) == ["10.244.7.0/24 dev eth0 via fe80::1 overlaps 10.244.0.0/16"]


OWNERS = {"10.244.0.0/24": "10.27.53.32", "10.244.1.0/24": "10.24.138.208", "10.244.2.0/24": "10.27.52.80"}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("10.244.1.0/24 via 10.24.138.208 dev eth0", False),
        ("10.244.1.0/24 via 10.27.52.80 dev eth0", True),
        ("10.244.1.0/24 via 192.0.2.1 dev eth0", False),  # not a node: another check's matter
        ("10.244.1.64/26 via 10.27.52.80 dev eth0", False),  # a block of a pod network that allocates by itself
        ("10.244.0.0/24 dev cni0 proto kernel", False),
    ],
)
def test_route_to_one_nodes_pods_that_leads_to_another_node_is_told(line: str, wrong: bool) -> None:
    assert bool(misled(parsed([ways(line)], DEVICES), OWNERS)) == wrong
