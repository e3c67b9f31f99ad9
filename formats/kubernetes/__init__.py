"""What `kubectl -o json` prints, as values: of each object only what a step or a gate asks."""

from formats.kubernetes.api_services import unavailable
from formats.kubernetes.configuration import ClusterConfiguration, cluster_configuration, with_endpoint
from formats.kubernetes.leases import Lease, leases
from formats.kubernetes.nodes import NodeStatus, node, nodes
from formats.kubernetes.objects import KubernetesOutputError
from formats.kubernetes.pods import Pod, pods
from formats.kubernetes.services import addresses
from formats.kubernetes.taints import Taint, Toleration

__all__ = [
    "ClusterConfiguration",
    "KubernetesOutputError",
    "Lease",
    "NodeStatus",
    "Pod",
    "Taint",
    "Toleration",
    "addresses",
    "cluster_configuration",
    "leases",
    "node",
    "nodes",
    "pods",
    "unavailable",
    "with_endpoint",
]
