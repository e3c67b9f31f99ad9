"""Disruption budgets, and what the eviction API makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.kubernetes.pods import Pod
from formats.kubernetes.selectors import selects


@dataclass(frozen=True)
class Budget:
    """A PodDisruptionBudget (policy/v1)."""

    name: str
    namespace: str
    selector: Mapping[str, Any] | None
    allowed: int
    """How many evictions it allows now."""
    healthy: int
    wanted_healthy: int
    lets_unready_go: bool
    """unhealthyPodEvictionPolicy: AlwaysAllow."""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def guards(self, pod: Pod) -> bool:
        return self.namespace == pod.namespace and selects(self.selector, pod.labels)

    def forbids(self, pod: Pod) -> bool:
        """Whether it refuses the eviction of a pod that it guards now.

        As the apiserver decides (k8s.io/kubernetes v1.37.2, pkg/registry/core/pod/storage/eviction.go): who has not
        started, has ended or is leaving may go; who is not ready may, where the others are enough without it.
        """
        if pod.leaving or pod.phase in ("Pending", "Succeeded", "Failed"):
            return False
        if not pod.ready and (self.lets_unready_go or self.healthy >= self.wanted_healthy > 0):
            return False
        return self.allowed <= 0


def budget(found: Mapping[str, Any]) -> Budget:
    """From a PodDisruptionBudget's JSON."""
    metadata, spec, status = found["metadata"], found.get("spec") or {}, found.get("status") or {}
    return Budget(
        name=metadata["name"],
        namespace=metadata["namespace"],
        selector=spec.get("selector"),
        allowed=int(status.get("disruptionsAllowed", 0)),
        healthy=int(status.get("currentHealthy", 0)),
        wanted_healthy=int(status.get("desiredHealthy", 0)),
        lets_unready_go=spec.get("unhealthyPodEvictionPolicy") == "AlwaysAllow",
    )
