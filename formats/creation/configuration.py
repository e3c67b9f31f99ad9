"""The files that kubeadm init and kubeadm join read."""

from collections.abc import Sequence
from typing import Any, Final

import yaml

from formats.creation.cluster import API, CLUSTER, INIT, OTHERS, Cluster, Document, Node
from formats.ports import APISERVER

# kubeadm init insists on a token of its own; nobody learns this one, and joins are given others.
_TOKEN_LIFETIME: Final = "5m0s"  # noqa: S105  # no token, its lifetime


def init_configuration(cluster: Cluster, first: Node) -> str:
    """The file that kubeadm init reads. Nothing in it is secret."""
    init = dict(cluster.of_kind(INIT))
    own: list[Document] = [
        {
            "apiVersion": API,
            "kind": INIT,
            "bootstrapTokens": [{"ttl": _TOKEN_LIFETIME}],
            "localAPIEndpoint": {"advertiseAddress": first.address, "bindPort": APISERVER},
            "nodeRegistration": _registration(cluster, first),
            **({"timeouts": init["timeouts"]} if "timeouts" in init else {}),
        },
        {
            **cluster.of_kind(CLUSTER),
            "apiVersion": API,
            "kind": CLUSTER,
            "kubernetesVersion": cluster.version,
            "networking": {
                "podSubnet": cluster.pod_subnet,
                "serviceSubnet": cluster.service_subnet,
                "dnsDomain": cluster.dns_domain,
            },
        },
        *(cluster.of_kind(kind) for kind in OTHERS if cluster.of_kind(kind)),
    ]
    return _written(own)


def join_configuration(cluster: Cluster, node: Node, first: Node, token: str, ca_hash: str) -> str:
    """The file that kubeadm join reads on a node. It holds the token.

    `ca_hash` is the only CA that the node then believes: "sha256:…" of its public key.
    """
    init = cluster.of_kind(INIT)
    address = f"[{first.address}]" if ":" in first.address else first.address
    own: Document = {
        "apiVersion": API,
        "kind": "JoinConfiguration",
        "discovery": {
            "bootstrapToken": {
                "apiServerEndpoint": f"{address}:{APISERVER}",
                "token": token,
                "caCertHashes": [ca_hash],
            }
        },
        "nodeRegistration": _registration(cluster, node),
        **({"timeouts": init["timeouts"]} if "timeouts" in init else {}),
    }
    return _written([own])


def _registration(cluster: Cluster, node: Node) -> Document:
    given = dict(cluster.of_kind(INIT).get("nodeRegistration") or {})
    arguments = given.pop("kubeletExtraArgs", None) or []
    own = {"name": "node-ip", "value": node.address}
    return {"name": node.name, **given, "kubeletExtraArgs": [own, *arguments]}


def _written(own: Sequence[Document]) -> str:
    return yaml.dump_all([dict(one) for one in own], Dumper=_Plain, sort_keys=False, width=1000)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
