"""Which addresses a process reaches without its proxy: NO_PROXY as Go's programs read it."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Final

EXCEPTIONS: Final = ("NO_PROXY", "no_proxy")
"""The variables; kubeadm copies both spellings into its manifests."""


_FOR_HTTPS: Final = ("HTTPS_PROXY", "https_proxy")
"""Every API is asked by https; HTTP_PROXY says nothing about it."""


def exceptions(environment: Mapping[str, str]) -> str | None:
    """NO_PROXY of a process that asks https servers through a proxy; None where it uses none."""
    if not any(environment.get(name) for name in _FOR_HTTPS):
        return None
    return next((environment[name] for name in EXCEPTIONS if environment.get(name)), "")


def is_reached_directly(no_proxy: str, host: str) -> bool:
    """Whether a name or an address is. An item that is a name means all below it too, ".name" only those below."""
    try:
        ip_address(host)
    except ValueError:
        return any(_means(item.strip().lower(), host.lower()) for item in no_proxy.split(","))
    return is_excepted(no_proxy, host)


def _means(item: str, name: str) -> bool:
    known = item.removeprefix("*") if item != "*" else item
    return item == "*" or (bool(known) and (name == known or name.endswith(known if known[0] == "." else f".{known}")))


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
