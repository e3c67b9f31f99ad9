"""Who still names the first master's address as the way to the API."""

import re
from collections.abc import Iterable

import pytest

from checks.api import Api, config_map
from checks.gathering import Gathered, gather
from nodes import unseen
from nodes.hosts import Hosts, bracketed
from nodes.reading import Reader

OWN = (
    "/etc/kubernetes/kubelet.conf",
    "/etc/kubernetes/controller-manager.conf",
    "/etc/kubernetes/scheduler.conf",
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
)
"""Where a master rightly names its own apiserver."""


@pytest.fixture(scope="module")
def old_endpoint_named(hosts: Hosts) -> Gathered[list[str]]:
    """Where files on each node say that the API is at the first master: "PATH:NUMBER names HOST:PORT".

    Of every kubeconfig and manifest; none in /etc/hosts, which knows no ports.
    """
    old, port = hosts.inventory.nodes[hosts.first_master].address, hosts.layout.api_port
    return gather(hosts, hosts.inventory.nodes, lambda reader: _named(reader, old, port))


def _named(reader: Reader, old: str, port: int) -> list[str]:
    listed = reader.check(
        "find /etc/kubernetes /var/lib/kubelet -maxdepth 2 -name '*.conf' -o -maxdepth 2 -name '*.yaml'"
    ).split()
    paths = sorted(path for path in set(listed) if path.startswith("/etc/kubernetes/") or path.count("/") == 4)
    found = []
    for path, text in unseen.read(reader, paths).items():
        lines = unseen.look_into(reader.name, path, text, lambda text: naming(text, [old], [port]))
        found += [f"{path}:{line}" for line in lines]
    return found


def naming(text: str, addresses: Iterable[str], ports: Iterable[int]) -> list[str]:
    """ "NUMBER names HOST:PORT" for each line that names one of the addresses as an API's place.

    Never the line itself: a kubeconfig may be JSON on a single one, its key included.
    """
    places = [f"{bracketed(address)}:{port}" for address in addresses for port in ports]
    if not places:
        return []
    pattern = re.compile(r"(?<![\d.])(?:" + "|".join(map(re.escape, places)) + r")(?!\d)")
    return [
        f"{number} names {place}"
        for number, line in enumerate(text.splitlines(), 1)
        for place in dict.fromkeys(pattern.findall(line))
    ]


def config_maps_naming(api: Api, addresses: Iterable[str], ports: Iterable[int]) -> list[str]:
    """The same over the ConfigMaps from which kubeadm, kube-proxy and joining nodes learn of the API."""
    looked_at = (("kube-system", "kube-proxy"), ("kube-system", "kubeadm-config"), ("kube-public", "cluster-info"))
    return [
        f"{namespace}/{name}:{key}:{line}"
        for namespace, name in looked_at
        for key, value in config_map(api, namespace, name).items()
        for line in naming(value, addresses, ports)
    ]
