"""What pods ask for and what nodes have to give: CPU, memory, places for pods."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}
_QUANTITY = re.compile(r"(?P<number>[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)(?P<suffix>[a-zA-Z]*)")


@dataclass(frozen=True)
class Resources:
    """cpu in thousandths of a core, memory in bytes, pods as a count. A difference may be negative."""

    cpu: int = 0
    memory: int = 0
    pods: int = 0

    def __add__(self, other: Self) -> "Resources":
        return Resources(self.cpu + other.cpu, self.memory + other.memory, self.pods + other.pods)

    def __sub__(self, other: Self) -> "Resources":
        return Resources(self.cpu - other.cpu, self.memory - other.memory, self.pods - other.pods)

    def holds(self, other: Self) -> bool:
        """Whether the other fits in; what the other does not ask for is not asked about."""
        return not self.lacking(other)

    def lacking(self, wanted: Self) -> str:
        """What is short for `wanted`, as a person says it; empty where it fits in."""
        short = []
        if 0 < wanted.cpu > self.cpu:
            short.append(f"{wanted.cpu}m of CPU wanted, {max(self.cpu, 0)}m free")
        if 0 < wanted.memory > self.memory:
            short.append(f"{mebibytes(wanted.memory)} of memory wanted, {mebibytes(max(self.memory, 0))} free")
        if 0 < wanted.pods > self.pods:
            short.append(f"{wanted.pods} places for pods wanted, {max(self.pods, 0)} free")
        return ", ".join(short)


def mebibytes(size: int) -> str:
    """Whole mebibytes: what is wanted is never said smaller than it is."""
    return f"{-(-size // (1 << 20))} MiB"


def total(them: Iterable[Resources]) -> Resources:
    return sum(them, Resources())


def allocatable(status: Mapping[str, Any]) -> Resources:
    """From a Node's status."""
    found = status.get("allocatable") or {}
    return _resources(found, pods=int(quantity(found.get("pods", 0))))


def requests(spec: Mapping[str, Any]) -> Resources:
    """What the scheduler and the kubelet count for a pod of this spec, its own place included.

    Init containers run one after the other before the others start; those that restart always run along with
    all that follows (k8s.io/component-helpers/resource, PodRequests).
    """
    running = total(_asked(container) for container in spec.get("containers") or ())
    beside, peak = Resources(), Resources()
    for container in spec.get("initContainers") or ():
        asked = _asked(container)
        if container.get("restartPolicy") == "Always":
            beside += asked
            peak = _larger(peak, beside)
        else:
            peak = _larger(peak, beside + asked)
    needed = _larger(running + beside, peak)
    for_the_pod = (spec.get("resources") or {}).get("requests") or {}
    whole = _resources(for_the_pod)
    needed = Resources(
        whole.cpu if "cpu" in for_the_pod else needed.cpu,
        whole.memory if "memory" in for_the_pod else needed.memory,
    )
    return needed + _resources(spec.get("overhead") or {}) + Resources(pods=1)


def quantity(text: object) -> Decimal:
    """ "250m", "100Mi", "1e3", 2. ValueError where it is no quantity (k8s.io/apimachinery, resource.Quantity)."""
    found = _QUANTITY.fullmatch(str(text))
    if found is None or found["suffix"] not in _SUFFIXES:
        raise ValueError(f"{str(text)!r} is no quantity")
    return Decimal(found["number"]) * _SUFFIXES[found["suffix"]]


def _asked(container: Mapping[str, Any]) -> Resources:
    return _resources((container.get("resources") or {}).get("requests") or {})


def _resources(found: Mapping[str, Any], pods: int = 0) -> Resources:
    # As the scheduler rounds: up, to whole thousandths and bytes.
    return Resources(
        cpu=-int(-quantity(found.get("cpu", 0)) * 1000 // 1),
        memory=-int(-quantity(found.get("memory", 0)) // 1),
        pods=pods,
    )


def _larger(one: Resources, other: Resources) -> Resources:
    return Resources(max(one.cpu, other.cpu), max(one.memory, other.memory), max(one.pods, other.pods))
