"""Addresses of nodes and ranges of the cluster."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from changes.before import Before
from formats import manifests
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal


def of_ipv6(inventory: Inventory) -> Iterator[str]:
    for node in inventory.nodes.values():
        if ip_address(node.address).version != 4:
            yield f"{node.name}: its address {node.address} is IPv6: only IPv4 is supported"


def _families(seen: Before, inventory: Inventory) -> Iterator[str]:
    yield from of_ipv6(inventory)
    for known in seen.nodes:
        if len({ip_address(one).version for one in known.internal_addresses}) > 1:
            both = ", ".join(known.internal_addresses)
            yield f"{known.name}: its Node has InternalIPs of both kinds ({both}): dual stack is not supported"
    for what, ranges in (
        ("serviceSubnet", seen.configuration.service_subnet),
        ("podSubnet", seen.configuration.pod_subnet),
    ):
        found = [one.strip() for one in ranges.split(",") if one.strip()]
        if len(found) > 1 or any(ip_network(one, strict=False).version != 4 for one in found):
            yield f"kubeadm-config: {what} {ranges}: IPv6 and dual stack are not supported"


def _advertised(seen: Before, inventory: Inventory) -> Iterator[str]:
    own = inventory.nodes[seen.first].address
    advertised = manifests.parse(seen.manifests["kube-apiserver"]).flag("--advertise-address")
    if advertised not in (None, own):
        yield (
            f"{seen.first}: its apiserver advertises {advertised}, and its Node has {own} (--node-ip): what other"
            " masters should advertise cannot be told; not supported"
        )


REFUSALS = (
    Refusal(1, "IPv6; dual stack, also of Nodes alone", "not supported, and not rehearsed", _families),
    Refusal(
        1,
        "a first apiserver that advertises another address than its Node's (`--advertise-address`, `--node-ip`)",
        "which address other masters should advertise cannot be told",
        _advertised,
    ),
)
