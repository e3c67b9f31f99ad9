"""What `kubectl -o json` prints, as values: of each object only what a step or a gate asks."""

from formats.kubernetes.api_services import unavailable
from formats.kubernetes.budgets import Budget
from formats.kubernetes.configuration import (
    ClusterConfiguration,
    cluster_configuration,
    with_endpoint,
    with_etcd_image,
)
from formats.kubernetes.daemon_sets import DaemonSet
from formats.kubernetes.leases import Lease, leases
from formats.kubernetes.nodes import NodeStatus, node, nodes
from formats.kubernetes.objects import KubernetesOutputError
from formats.kubernetes.pods import Pod, pods
from formats.kubernetes.resources import Resources, mebibytes, quantity, requests, total
from formats.kubernetes.services import addresses
from formats.kubernetes.surroundings import AddressRule, Surroundings, surroundings
from formats.kubernetes.taints import Taint, Toleration
from formats.kubernetes.volumes import Volume

__all__ = [
    "AddressRule",
    "Budget",
    "ClusterConfiguration",
    "DaemonSet",
    "KubernetesOutputError",
    "Lease",
    "NodeStatus",
    "Pod",
    "Resources",
    "Surroundings",
    "Taint",
    "Toleration",
    "Volume",
    "addresses",
    "cluster_configuration",
    "leases",
    "mebibytes",
    "node",
    "nodes",
    "pods",
    "quantity",
    "requests",
    "surroundings",
    "total",
    "unavailable",
    "with_endpoint",
    "with_etcd_image",
]
