"""Alarms: a member that raised one refuses writes for the whole cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from formats.etcd.output import identity, read

_KINDS: Final = {1: "NOSPACE", 2: "CORRUPT"}


@dataclass(frozen=True)
class Alarm:
    """kind is "NOSPACE", "CORRUPT", or the number of one that isn't known here."""

    member_id: str
    kind: str


def alarms(text: str) -> tuple[Alarm, ...]:
    """`etcdctl alarm list`."""
    return read("etcdctl alarm list", text, lambda found: tuple(map(_alarm, found.get("alarms") or ())))


def _alarm(found: Mapping[str, Any]) -> Alarm:
    kind = found.get("alarm", 0)
    return Alarm(identity(found["memberID"]), _KINDS.get(kind, str(kind)))
