"""Nodes, as the API sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.kubernetes.objects import every, one
from formats.kubernetes.taints import Taint, taint


@dataclass(frozen=True)
class NodeStatus:
    """A Node. reason: why it is (not) ready, in the kubelet's words; internal_address: its first one."""

    name: str
    uid: str
    ready: bool
    reason: str
    internal_address: str
    kubelet_version: str
    runtime_version: str
    labels: Mapping[str, str]
    taints: frozenset[Taint]
    pod_cidrs: tuple[str, ...]
    unschedulable: bool


def node(text: str) -> NodeStatus:
    """`kubectl get node NAME -o json`."""
    return one(text, "Node", _node)


def nodes(text: str) -> tuple[NodeStatus, ...]:
    """`kubectl get nodes -o json`."""
    return every(text, "Node", _node)


def _node(found: Mapping[str, Any]) -> NodeStatus:
    metadata, spec, status = found["metadata"], found.get("spec") or {}, found.get("status") or {}
    conditions = {condition["type"]: condition for condition in status.get("conditions") or ()}
    ready = conditions.get("Ready", {})
    internal = (entry["address"] for entry in status.get("addresses") or () if entry["type"] == "InternalIP")
    info = status.get("nodeInfo") or {}
    return NodeStatus(
        name=metadata["name"],
        uid=metadata["uid"],
        ready=ready.get("status") == "True",
        reason=ready.get("message") or ready.get("reason") or "it has never reported",
        internal_address=next(internal, ""),
        kubelet_version=info.get("kubeletVersion", ""),
        runtime_version=info.get("containerRuntimeVersion", ""),
        labels=metadata.get("labels") or {},
        taints=frozenset(map(taint, spec.get("taints") or ())),
        pod_cidrs=tuple(spec.get("podCIDRs") or ()),
        unschedulable=bool(spec.get("unschedulable")),
    )
