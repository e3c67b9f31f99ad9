"""Which flags of the control plane belong to a node, and which to the cluster."""

from collections.abc import Mapping
from typing import Final

from formats.manifests.manifest import Argument

OWN_ADDRESS: Final[Mapping[str, tuple[str, ...]]] = {
    "etcd": (
        "--advertise-client-urls",
        "--initial-advertise-peer-urls",
        "--listen-client-http-urls",
        "--listen-client-urls",
        "--listen-metrics-urls",
        "--listen-peer-urls",
    ),
    "kube-apiserver": ("--advertise-address", "--bind-address", "--etcd-servers"),
    "kube-controller-manager": ("--bind-address",),
    "kube-scheduler": ("--bind-address",),
}
"""Addresses of the node itself: what it listens on and advertises, and the etcd beside its apiserver."""

ADVERTISED: Final[Mapping[str, tuple[str, ...]]] = {
    "etcd": ("--advertise-client-urls", "--initial-advertise-peer-urls"),
    "kube-apiserver": ("--advertise-address",),
}
"""Flags that must name the node's own address: by them the others find it."""

REACHED_AT: Final[Mapping[str, tuple[str, ...]]] = {"etcd": ("--listen-client-urls", "--listen-peer-urls")}
"""Flags that must name the node's own address, or all addresses."""

_SAME_EVERYWHERE: Final = (
    "--api-audiences",
    "--cluster-name",
    "--initial-cluster",
    "--oidc-issuer-url",
    "--service-account-issuer",
    "--service-account-jwks-uri",
)


def is_same_everywhere(argument: Argument) -> bool:
    """Whether its value holds on every master and stays, even where it names the first one.

    --etcd-servers with several URLs is a list of all members; with one it is the member beside the apiserver.
    """
    return argument.name in _SAME_EVERYWHERE or (argument.name == "--etcd-servers" and "," in argument.value)
