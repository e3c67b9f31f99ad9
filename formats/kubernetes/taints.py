"""Taints of nodes and the tolerations of pods that let them in all the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Taint:
    """str() is what `kubectl taint` takes: "key:Effect" or "key=value:Effect"."""

    key: str
    effect: str
    """NoSchedule, PreferNoSchedule or NoExecute."""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"


@dataclass(frozen=True)
class Toleration:
    """As the API has it: an empty key with Exists tolerates every key, an empty effect every effect."""

    key: str
    operator: str
    value: str
    effect: str

    def of(self, taint: Taint) -> bool:
        """Whether it lets a pod onto a node with that taint (k8s.io/component-helpers, ToleratesTaint)."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        match self.operator:
            case "" | "Equal":
                return self.value == taint.value
            case "Exists":
                return True
        return False


def taint(found: Mapping[str, Any]) -> Taint:
    """From a Node's spec.taints."""
    return Taint(found["key"], found["effect"], found.get("value", ""))


def toleration(found: Mapping[str, Any]) -> Toleration:
    """From a Pod's spec.tolerations."""
    return Toleration(*(found.get(key, "") for key in ("key", "operator", "value", "effect")))
