"""Persistent volumes, as far as they hold a pod to a node."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.kubernetes.selectors import selects_node


@dataclass(frozen=True)
class Volume:
    """A PersistentVolume. claim: (namespace, name) of the claim that it is bound to; None while it is free."""

    name: str
    claim: tuple[str, str] | None
    node_selector: Mapping[str, Any] | None
    on_host: bool
    """A folder of whatever node the pod is on (hostPath): the data do not go with it."""

    def reaches(self, node: str, labels: Mapping[str, str]) -> bool:
        """Whether a pod on that node can have it."""
        return selects_node(self.node_selector, node, labels)


def volume(found: Mapping[str, Any]) -> Volume:
    """From a PersistentVolume's JSON."""
    spec = found["spec"]
    claim = spec.get("claimRef")
    return Volume(
        name=found["metadata"]["name"],
        claim=(claim["namespace"], claim["name"]) if claim else None,
        node_selector=(spec.get("nodeAffinity") or {}).get("required"),
        on_host="hostPath" in spec,
    )
