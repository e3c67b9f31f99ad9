"""A cluster that is to be made: what kubeadm is given for it, and what it may not be given."""

from formats.creation.cluster import Cluster, Node, documents, tolerates_swap
from formats.creation.configuration import init_configuration, join_configuration
from formats.creation.faults import faults
from formats.creation.manifest import objects

__all__ = [
    "Cluster",
    "Node",
    "documents",
    "faults",
    "init_configuration",
    "join_configuration",
    "objects",
    "tolerates_swap",
]
