"""Who still names the first master's address as the way to the API."""

import json
import re
from collections.abc import Collection, Iterable

import pytest

from checks.api import Api
from checks.certificates import KUBECONFIGS
from checks.gathering import Gathered, gather
from nodes import unseen
from nodes.hosts import Hosts, bracketed
from nodes.reading import Reader

PINNED_ON_WORKERS = ("/etc/kubernetes/kubelet.conf",)
PINNED = (
    *(f"/etc/kubernetes/{name}" for name in KUBECONFIGS),
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
)
"""Whom these name has a case of its own, in steps 3, 4, 6 and 7; on the first master some of them name it rightly."""

PINNED_CONFIG_MAPS = ("kube-public/cluster-info", "kube-system/kube-proxy")
"""Likewise, in steps 6 and 7."""


@pytest.fixture(scope="module")
def old_endpoint_named(hosts: Hosts) -> Gathered[list[str]]:
    """Where files on each node say that the API is at the first master: "PATH:NUMBER names HOST:PORT".

    Of every kubeconfig and manifest but those that a case of their own looks at; none in /etc/hosts, which knows no
    ports.
    """
    old, port = hosts.inventory.nodes[hosts.first_master].address, hosts.layout.api_port
    masters = {node.name for node in hosts.inventory.masters}
    return gather(
        hosts,
        hosts.inventory.nodes,
        lambda reader: _named(reader, old, port, PINNED if reader.name in masters else PINNED_ON_WORKERS),
    )


def _named(reader: Reader, old: str, port: int, pinned: Collection[str]) -> list[str]:
    listed = reader.check(
        "find /etc/kubernetes /var/lib/kubelet -maxdepth 2 -name '*.conf' -o -maxdepth 2 -name '*.yaml'"
    ).split()
    paths = sorted(path for path in listed if path.startswith("/etc/kubernetes/") or path.count("/") == 4)
    found = []
    for path, text in unseen.read(reader, [path for path in paths if path not in pinned]).items():
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
    """The same over the ConfigMaps of the cluster itself: kubeadm's, the pod network's, whatever else reads the API."""
    found = []
    for namespace in ("kube-public", "kube-system"):
        for item in json.loads(api.get("-n", namespace, "configmaps"))["items"]:
            name = f"{namespace}/{item['metadata']['name']}"
            if name not in PINNED_CONFIG_MAPS:
                found += [
                    f"{name}:{key}:{line}"
                    for key, value in (item.get("data") or {}).items()
                    for line in naming(value, addresses, ports)
                ]
    return found
