"""Files that are for root alone: keys, kubeconfigs, manifests."""

import pytest

from checks.certificates import KUBECONFIGS
from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader

_PRIVATE = " -o ".join(
    (
        "-name '*.key'",
        "-name 'kubelet-*.pem'",
        "-path '/etc/kubernetes/manifests/*'",
        *(f"-path /etc/kubernetes/{name}" for name in KUBECONFIGS),
    )
)


@pytest.fixture(scope="module")
def loose_files(hosts: Hosts) -> Gathered[list[str]]:
    """On each node those that another than root owns, or may read or write: "PATH has mode 644, owner NAME"."""
    return gather(hosts, hosts.inventory.nodes, _loose)


def _loose(reader: Reader) -> list[str]:
    return reader.check(
        "find /etc/kubernetes /var/lib/kubelet/pki -type f"
        f" '(' {_PRIVATE} ')' '(' -perm /077 -o -not -user root ')' -printf '%p has mode %m, owner %u\\n'"
    ).splitlines()
