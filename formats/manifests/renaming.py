"""From one node's name and address to another's, on whole values only: 10.27.53.3 is not in 10.27.53.32."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from formats.manifests.manifest import ManifestError

# An address, "scheme://host:port/rest", "host:port" or "[v6]:port"
_LOCATION = re.compile(r"(?P<lead>[a-z][a-z0-9+.-]*://|)(?P<host>\[[^\]]*\]|[^\[\]:/]*)(?P<rest>(:\d+)?(/.*)?)")
_V4 = re.compile(r"(?<!\d)(?<!\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\d)(?!\.\d)")
_V6 = re.compile(r"(?<![0-9A-Za-z:])[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*(?![0-9A-Za-z:])")
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, never listened on


@dataclass(frozen=True)
class Renaming:
    """The first master's names and address, and what stands in their place."""

    first_names: tuple[str, ...]
    first: IPv4Address | IPv6Address
    name: str
    address: str

    @classmethod
    def between(cls, first_names: Collection[str], first_address: str, name: str, address: str) -> Self:
        """ManifestError where the addresses are of different families: localhost would differ too."""
        try:
            first, own = ip_address(first_address), ip_address(address)
        except ValueError as error:
            raise ManifestError(f"the first master and {name} need an IP address each: {error}") from None
        if first.version != own.version:
            raise ManifestError(f"the first master has {first} and {name} has {own}: one family for all, please")
        return cls(tuple(dict.fromkeys(first_names)), first, name, str(own))

    def of_addresses(self, value: str) -> str:
        """A comma-separated list of addresses, URLs or host:port, the first master's address replaced."""
        return ",".join(self._of_one(item) for item in value.split(","))

    def is_named_by(self, value: str) -> bool:
        """Whether one of the items is the new node's own address."""
        return any(self._host(item) == self.address for item in value.split(","))

    def is_reached_by(self, value: str) -> bool:
        """Whether one of the items is the new node's own address, or all addresses."""
        return any(self._host(item) in (self.address, *_WILDCARDS) for item in value.split(","))

    def mentions(self, value: str, by_name: bool) -> Iterator[str]:
        """How the value names the first master: its address anywhere, its name where a host can stand.

        A host is an item of a list (by comma, space, ";" or "="), or a URL's host; not a part of a path.
        """
        if any(_address(found) == self.first for pattern in (_V4, _V6) for found in pattern.findall(value)):
            yield f"its address {self.first}"
        hosts = (self._host(item) for item in re.split(r"[,;=\s]", value)) if by_name else ()
        others = [host for host in hosts if not _is_within(host, self.name)]
        for first in self.first_names:
            if any(_is_within(host, first) for host in others):
                yield f"its name {first}"

    def _of_one(self, item: str) -> str:
        if _address(item) == self.first:
            return self.address
        match = _LOCATION.fullmatch(item)
        if match is None or _address(match["host"].strip("[]")) != self.first:
            return item
        host = f"[{self.address}]" if ":" in self.address else self.address
        return match["lead"] + host + match["rest"]

    def _host(self, item: str) -> str:
        match = _LOCATION.fullmatch(item)
        host = match["host"].strip("[]") if match else item
        return str(_address(host) or host)


def _is_within(host: str, name: str) -> bool:
    """Whether a host is the node of that name, bare or with a domain behind it."""
    return host == name or host.startswith(name + ".")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
