"""What a certificate is wanted for, apart from who signs it."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address


@dataclass(frozen=True)
class Request:
    """Subject, alternative names and usages wanted; ValueError where an address isn't one.

    names and addresses may be in any order and twice: kubeadm sorts names, keeps the order of addresses.
    """

    common_name: str
    organizations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    """Of "serverAuth" and "clientAuth"."""
    lifetime: timedelta = timedelta(days=365)

    def __post_init__(self) -> None:
        shortest = (str(ip_address(address)) for address in self.addresses)
        object.__setattr__(self, "names", tuple(sorted(set(self.names))))
        object.__setattr__(self, "addresses", tuple(dict.fromkeys(shortest)))
