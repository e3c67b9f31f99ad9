"""Files that are for root alone: keys, kubeconfigs, manifests."""

import shlex

import pytest

from checks.certificates import KUBECONFIGS
from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.named_files import lacking
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
    return gather(hosts, hosts.inventory.nodes, lambda reader: _loose(reader, hosts.layout.pki))


def _loose(reader: Reader, pki: str) -> list[str]:
    # a worker need not have the masters' certificates directory
    moved = {pki} - lacking(reader, [pki]) if not pki.startswith("/etc/kubernetes/") else set()
    return reader.check(
        f"find {shlex.join(['/etc/kubernetes', '/var/lib/kubelet/pki', *moved])} -type f"
        f" '(' {_PRIVATE} ')' '(' -perm /077 -o -not -user root ')' -printf '%p has mode %m, owner %u\\n'"
    ).splitlines()
