"""Routes of a host that take addresses out of the cluster's ranges."""

from ipaddress import ip_network

import pytest

from checks.routes import Route, overlapping

SERVICES, PODS = "10.96.0.0/12", "10.244.0.0/16"
OWN_PODS = "10.244.1.0/24"


def route(network: str, device: str = "eth0", gateway: str = "") -> Route:
    return Route(ip_network(network), device, gateway)


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
        ("10.96.0.1/32", ["10.96.0.1/32 dev eth0 overlaps 10.96.0.0/12"]),
    ],
    ids=["beside", "next to it", "within", "the same", "within the pods'", "around both", "a single address"],
)
def test_a_route_into_the_clusters_ranges_is_named(network: str, sentences: list[str]) -> None:
    assert overlapping([route(network)], [SERVICES, PODS], [OWN_PODS]) == sentences


@pytest.mark.parametrize("network", [OWN_PODS, "10.244.1.128/25", "10.244.1.7/32"])
def test_the_pod_networks_own_routes_are_none_of_them(network: str) -> None:
    """Of this node and of the others: what the cluster has given to a node is the pod network's."""
    assert overlapping([route(network, "cni0")], [SERVICES, PODS], [OWN_PODS]) == []


def test_a_route_around_a_nodes_own_range_is_not_the_pod_networks() -> None:
    found = overlapping([route("10.244.0.0/20", "tun0", "192.0.2.1")], [SERVICES, PODS], [OWN_PODS])
    assert found == ["10.244.0.0/20 dev tun0 via 192.0.2.1 overlaps 10.244.0.0/16"]


def test_ranges_of_the_other_family_are_no_matter() -> None:
    routes = [route("10.100.0.0/16"), route("fd00:10:96::/112")]
    assert overlapping(routes, ["fd00:10:96::/108"], ["10.244.1.0/24"]) == [
        "fd00:10:96::/112 dev eth0 overlaps fd00:10:96::/108"
    ]
