"""Nodes, as the API sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.kubernetes.objects import every, one
from formats.kubernetes.resources import Resources, allocatable
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
    internal_addresses: tuple[str, ...]
    """All of them: of a dual-stack node, one of each family."""
    host_name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    taints: frozenset[Taint]
    pod_cidrs: tuple[str, ...]
    unschedulable: bool
    allocatable: Resources
    """What pods may have of it in all."""


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
    addresses = status.get("addresses") or ()
    internal = tuple(entry["address"] for entry in addresses if entry["type"] == "InternalIP")
    info = status.get("nodeInfo") or {}
    return NodeStatus(
        name=metadata["name"],
        uid=metadata["uid"],
        ready=ready.get("status") == "True",
        reason=ready.get("message") or ready.get("reason") or "it has never reported",
        internal_address=next(iter(internal), ""),
        internal_addresses=internal,
        host_name=next((entry["address"] for entry in addresses if entry["type"] == "Hostname"), ""),
        kubelet_version=info.get("kubeletVersion", ""),
        runtime_version=info.get("containerRuntimeVersion", ""),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        taints=frozenset(map(taint, spec.get("taints") or ())),
        pod_cidrs=tuple(spec.get("podCIDRs") or ()),
        unschedulable=bool(spec.get("unschedulable")),
        allocatable=allocatable(status),
    )
