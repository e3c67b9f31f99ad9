"""Who still names the first master's address as the way to the API."""

import re
from collections.abc import Iterable

import pytest

from checks.api import Api, config_map
from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader

OWN = (
    "/etc/kubernetes/kubelet.conf",
    "/etc/kubernetes/controller-manager.conf",
    "/etc/kubernetes/scheduler.conf",
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
)
"""Where a master rightly names its own apiserver."""


@pytest.fixture(scope="module")
def files_naming_servers(hosts: Hosts) -> Gathered[dict[str, str]]:
    """The text of every file on a node that says where an API is: by path. Kubeconfigs hold keys: never print these."""
    return gather(hosts, hosts.inventory.nodes, _texts)


def _texts(reader: Reader) -> dict[str, str]:
    paths = reader.check(
        "find /etc/kubernetes /var/lib/kubelet -maxdepth 2 -name '*.conf' -o -maxdepth 2 -name '*.yaml'"
    ).split()
    paths = sorted(
        {path for path in paths if path.startswith("/etc/kubernetes/") or path.count("/") == 4} | {"/etc/hosts"}
    )
    answers = reader.run_all([f"cat {path}" for path in paths])
    return {path: answer.checked().stdout for path, answer in zip(paths, answers, strict=True)}


def naming(texts: dict[str, str], addresses: Iterable[str], ports: Iterable[int]) -> list[str]:
    """PATH: LINE for each line that names one of the addresses as an API's place, HOST:PORT."""
    places = [re.escape(f"{address}:{port}") for address in addresses for port in ports]
    pattern = re.compile(r"(?<![\d.])(" + "|".join(places) + r")(?!\d)")
    return [
        f"{path}: {line.strip()}"
        for path, text in sorted(texts.items())
        for line in text.splitlines()
        if pattern.search(line)
    ]


def config_maps_naming(api: Api, addresses: Iterable[str], ports: Iterable[int]) -> list[str]:
    """The same over the ConfigMaps from which kubeadm, kube-proxy and joining nodes learn of the API."""
    texts = {
        f"{namespace}/{name}:{key}": value
        for namespace, name in (
            ("kube-system", "kube-proxy"),
            ("kube-system", "kubeadm-config"),
            ("kube-public", "cluster-info"),
        )
        for key, value in config_map(api, namespace, name).items()
    }
    return naming(texts, addresses, ports)
