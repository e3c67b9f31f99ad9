"""Clocks of the hosts against the clock of who looks; two of them differ by no more than both differ from it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import pytest

from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader


@dataclass(frozen=True)
class Offset:
    """seconds: how far a host's clock is ahead; uncertainty: half of the round trip in which it was read."""

    seconds: float
    uncertainty: float


@pytest.fixture(scope="module")
def clock_offsets(hosts: Hosts) -> Gathered[Offset]:
    return gather(hosts, hosts.inventory.nodes, _offset)


def _offset(reader: Reader) -> Offset:
    """The best of three: the shortest round trip says the most."""
    return min((_once(reader) for _ in range(3)), key=lambda offset: offset.uncertainty)


def _once(reader: Reader) -> Offset:
    asked = time.time()
    there = float(reader.check("date +%s.%N"))
    answered = time.time()
    return Offset(there - (asked + answered) / 2, (answered - asked) / 2)


def apart(own: Offset, everybody: Iterable[Offset], seconds: float = 1.0) -> str:
    """How far a clock is from the middle of all, its own among them; "" where that is no more than `seconds`.

    The middle, not each of the others: one clock that is wrong is then that host's matter alone.
    """
    offsets = tuple(everybody)
    middle = median(offset.seconds for offset in offsets)
    uncertain = max(offset.uncertainty for offset in offsets)
    distance = own.seconds - middle
    if abs(distance) - own.uncertainty - uncertain <= seconds:
        return ""
    return f"{abs(distance):.1f} s {'ahead of' if distance > 0 else 'behind'} the others'"
