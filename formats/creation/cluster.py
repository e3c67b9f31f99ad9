"""What is to be made: what nodes.yaml says, and what its own file of kubeadm's documents adds.

apiVersion kubeadm.k8s.io/v1beta4, as kubeadm 1.31 and later take it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

API: Final = "kubeadm.k8s.io/v1beta4"
INIT: Final = "InitConfiguration"
CLUSTER: Final = "ClusterConfiguration"
# Of whose fields the runbook sets none; kubeadm and the programs themselves say what may stand there.
OTHERS: Final[Mapping[str, str]] = {
    "KubeletConfiguration": "kubelet.config.k8s.io/",
    "KubeProxyConfiguration": "kubeproxy.config.k8s.io/",
}

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Node:
    """Who is made a node: its name in the API, and its address."""

    name: str
    address: str


@dataclass(frozen=True)
class Cluster:
    """What is to be made. `documents` are those of the file: at most one a kind, without a fault."""

    version: str
    pod_subnet: str
    service_subnet: str
    dns_domain: str
    documents: tuple[Document, ...] = ()

    def of_kind(self, kind: str) -> Document:
        """The file's document of that kind; {} where it has none."""
        return next((one for one in self.documents if one["kind"] == kind), {})


def documents(text: str) -> tuple[Document, ...]:
    """The documents of a file that `faults` finds nothing in."""
    return tuple(one for one in yaml.safe_load_all(text) if one is not None)


def tolerates_swap(cluster: Cluster) -> bool:
    """Whether the kubelets are told to start in spite of swap."""
    return cluster.of_kind("KubeletConfiguration").get("failSwapOn") is False
