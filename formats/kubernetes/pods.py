"""Pods, and which of them belong to a node rather than to the scheduler."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formats.kubernetes.nodes import NodeStatus
from formats.kubernetes.objects import every, moment
from formats.kubernetes.resources import Resources, requests
from formats.kubernetes.selectors import selects_node
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
    controller: str
    """Who makes it anew when it is gone, as "ReplicaSet web-57d9664db9"; "" for a bare pod."""
    grace_seconds: int
    """How long it may take to go once it has been told to."""
    requests: Resources
    priority: int
    node_selector: Mapping[str, str]
    node_affinity: Mapping[str, Any] | None
    """The NodeSelector that it demands."""
    particular: bool
    """Whether other rules too say where it may run: other pods' places, spread, ports of the host."""
    scratch: tuple[str, ...]
    """Volumes that are gone with it (emptyDir)."""
    host_folders: tuple[str, ...]
    """Paths of the node that it mounts."""
    claims: tuple[str, ...]
    """PersistentVolumeClaims of its namespace."""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def tolerates(self, taint: Taint) -> bool:
        """Whether the scheduler could put it onto a node with that taint."""
        return any(one.of(taint) for one in self.tolerations)

    def is_ordinary(self, taint: Taint) -> bool:
        """Whether it has to go from a node that gets this taint.

        Static pods and DaemonSets' are the node's own; finished ones take no room; what tolerates it may
        stay.
        """
        if self.is_static or "DaemonSet" in self.owner_kinds or self.has_ended:
            return False
        return not self.tolerates(taint)

    @property
    def has_ended(self) -> bool:
        return self.phase in ("Succeeded", "Failed")

    @property
    def is_critical(self) -> bool:
        """Whether the kubelet never puts it out for another (pkg/kubelet/types: static, or priority 2000000000)."""
        return self.is_static or self.priority >= 2_000_000_000

    def may_run_on(self, node: NodeStatus) -> bool:
        """Whether its selector, affinity and tolerations let it onto that node; `particular` rules are not asked."""
        if node.unschedulable:
            return False
        selected = all(node.labels.get(key) == value for key, value in self.node_selector.items())
        kept_out = any(taint.effect != "PreferNoSchedule" and not self.tolerates(taint) for taint in node.taints)
        return selected and not kept_out and selects_node(self.node_affinity, node.name, node.labels)


def pods(text: str) -> tuple[Pod, ...]:
    """`kubectl get pods -o json`, of one namespace or all."""
    return every(text, "Pod", pod)


_DEMANDED = "requiredDuringSchedulingIgnoredDuringExecution"


def _claim(volume: Mapping[str, Any], pod: str) -> str:
    """The claim behind a volume; one that the pod brought along has its name."""
    if "ephemeral" in volume:
        return f"{pod}-{volume['name']}"
    return str((volume.get("persistentVolumeClaim") or {}).get("claimName", ""))


def pod(found: Mapping[str, Any]) -> Pod:
    """From a Pod's JSON."""
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    owners = metadata.get("ownerReferences") or ()
    volumes, affinity = spec.get("volumes") or (), spec.get("affinity") or {}
    spread = spec.get("topologySpreadConstraints") or ()
    ports = (port for container in spec["containers"] for port in container.get("ports") or ())
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
        owner_kinds=frozenset(owner["kind"] for owner in owners),
        is_static="kubernetes.io/config.mirror" in (metadata.get("annotations") or {}),
        host_network=bool(spec.get("hostNetwork")),
        labels=metadata.get("labels") or {},
        tolerations=tuple(map(toleration, spec.get("tolerations") or ())),
        start_time=moment(status.get("startTime")),
        images=tuple(container["image"] for container in spec["containers"]),
        restarts=sum(int(one.get("restartCount", 0)) for one in status.get("containerStatuses") or ()),
        leaving="deletionTimestamp" in metadata,
        why_unscheduled=scheduled.get("message", "") if scheduled.get("status") == "False" else "",
        controller=next((f"{one['kind']} {one['name']}" for one in owners if one.get("controller")), ""),
        grace_seconds=int(spec.get("terminationGracePeriodSeconds") or 0),
        requests=requests(spec),
        priority=int(spec.get("priority") or 0),
        node_selector=spec.get("nodeSelector") or {},
        node_affinity=(affinity.get("nodeAffinity") or {}).get(_DEMANDED),
        particular=bool(
            any(_DEMANDED in (affinity.get(kind) or {}) for kind in ("podAffinity", "podAntiAffinity"))
            or any(one.get("whenUnsatisfiable") == "DoNotSchedule" for one in spread)
            or any(port.get("hostPort") for port in ports)
        ),
        scratch=tuple(one["name"] for one in volumes if "emptyDir" in one),
        host_folders=tuple(one["hostPath"]["path"] for one in volumes if "hostPath" in one),
        claims=tuple(filter(None, (_claim(one, metadata["name"]) for one in volumes))),
    )
