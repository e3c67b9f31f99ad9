"""Clocks of the hosts against the clock of who looks; two of them differ by no more than both differ from it."""

import time
from dataclasses import dataclass

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
