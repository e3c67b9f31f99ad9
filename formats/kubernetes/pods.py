"""Pods, and which of them belong to a node rather than to the scheduler."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formats.kubernetes.objects import every, moment
from formats.kubernetes.taints import Taint, Toleration, toleration


@dataclass(frozen=True)
class Pod:
    """A Pod; node is "" while it is not scheduled, start_time None before the kubelet has seen it."""

    name: str
    namespace: str
    uid: str
    node: str
    phase: str
    ready: bool
    addresses: tuple[str, ...]
    owner_kinds: frozenset[str]
    is_static: bool
    """The API's mirror of a manifest on the node: deleting it changes nothing there."""
    host_network: bool
    labels: Mapping[str, str]
    tolerations: tuple[Toleration, ...]
    start_time: datetime | None
    images: tuple[str, ...]
    restarts: int
    leaving: bool
    """Whether its deletion has been asked for already."""
    why_unscheduled: str
    """The scheduler's words while it finds no node for it."""

    def tolerates(self, taint: Taint) -> bool:
        """Whether the scheduler could put it onto a node with that taint."""
        return any(one.of(taint) for one in self.tolerations)

    def is_ordinary(self, taint: Taint) -> bool:
        """Whether it has to go from a node that gets this taint.

        Static pods and DaemonSets' are the node's own; finished ones take no room; what tolerates it may
        stay.
        """
        if self.is_static or "DaemonSet" in self.owner_kinds or self.phase in ("Succeeded", "Failed"):
            return False
        return not self.tolerates(taint)


def pods(text: str) -> tuple[Pod, ...]:
    """`kubectl get pods -o json`, of one namespace or all."""
    return every(text, "Pod", _pod)


def _pod(found: Mapping[str, Any]) -> Pod:
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    conditions = {condition["type"]: condition for condition in status.get("conditions") or ()}
    scheduled = conditions.get("PodScheduled", {})
    return Pod(
        name=metadata["name"],
        namespace=metadata["namespace"],
        uid=metadata["uid"],
        node=spec.get("nodeName") or "",
        phase=status.get("phase") or "",
        ready=conditions.get("Ready", {}).get("status") == "True",
        addresses=tuple(one["ip"] for one in status.get("podIPs") or ()),
        owner_kinds=frozenset(owner["kind"] for owner in metadata.get("ownerReferences") or ()),
        is_static="kubernetes.io/config.mirror" in (metadata.get("annotations") or {}),
        host_network=bool(spec.get("hostNetwork")),
        labels=metadata.get("labels") or {},
        tolerations=tuple(map(toleration, spec.get("tolerations") or ())),
        start_time=moment(status.get("startTime")),
        images=tuple(container["image"] for container in spec["containers"]),
        restarts=sum(int(one.get("restartCount", 0)) for one in status.get("containerStatuses") or ()),
        leaving="deletionTimestamp" in metadata,
        why_unscheduled=scheduled.get("message", "") if scheduled.get("status") == "False" else "",
    )
