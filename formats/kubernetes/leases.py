"""Leases: who leads, and when that was said last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from formats.kubernetes.objects import every, moment


@dataclass(frozen=True)
class Lease:
    """duration in seconds; holder is "" and renew_time None where nobody has it."""

    name: str
    namespace: str
    holder: str
    renew_time: datetime | None
    duration: int
    transitions: int

    @property
    def holder_host(self) -> str:
        """The host of a holder that elects, HOSTNAME_UUID; or the node whose own Lease it is."""
        return self.holder.partition("_")[0]

    def is_held(self, now: datetime) -> bool:
        """Whether the last renewal is younger than the duration, as `now` (aware) has it."""
        return self.renew_time is not None and now - self.renew_time < timedelta(seconds=self.duration)


def leases(text: str) -> tuple[Lease, ...]:
    """`kubectl get leases -o json`, of one namespace or all."""
    return every(text, "Lease", _lease)


def _lease(found: Mapping[str, Any]) -> Lease:
    metadata, spec = found["metadata"], found.get("spec") or {}
    return Lease(
        name=metadata["name"],
        namespace=metadata["namespace"],
        holder=spec.get("holderIdentity") or "",
        renew_time=moment(spec.get("renewTime")),
        duration=int(spec.get("leaseDurationSeconds") or 0),
        transitions=int(spec.get("leaseTransitions") or 0),
    )
