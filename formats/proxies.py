"""Which addresses a process reaches without its proxy: NO_PROXY as Go's programs read it."""

from ipaddress import ip_address, ip_network
from typing import Final

EXCEPTIONS: Final = ("NO_PROXY", "no_proxy")
"""The variables; kubeadm copies both spellings into its manifests."""


def is_excepted(no_proxy: str, address: str) -> bool:
    """Whether an address is reached directly: by itself, by a network, or by "*".

    As golang.org/x/net/http/httpproxy has it: items apart by commas, an address may have a port behind it, which is
    not looked at here. Loopback addresses always are. What is a name says nothing about an address.
    """
    own = ip_address(address)
    return own.is_loopback or any(_is_within(own.compressed, item.strip()) for item in no_proxy.split(","))


def _is_within(address: str, item: str) -> bool:
    if item == "*":
        return True
    try:
        network = ip_network(item.strip("[]"), strict=False)
    except ValueError:
        host, colon, port = item.rpartition(":")
        return bool(colon) and port.isdecimal() and host.strip("[]") == address
    own = ip_address(address)
    return own.version == network.version and own in network


def with_exception(no_proxy: str, first: str, address: str) -> str:
    """What a node's NO_PROXY has to be, made from the first master's: where that excepts its own address, so must
    the node's; it is put behind the others."""
    if is_excepted(no_proxy, address) or not is_excepted(no_proxy, first):
        return no_proxy
    return f"{no_proxy},{address}"
