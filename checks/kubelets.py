"""The kubelets' own words since they started."""

from dataclasses import dataclass, field

import pytest

from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader

# The kubelet says it once, before it does anything else: a journal without it begins later than the process.
STARTED = '"Kubelet version"'

# Journals are rotated. After months the start is gone, and what the kubelet has met in a day says enough: it renews
# its lease and watches all the time. After a change it has only just started, and its start must be there.
LONG_ENOUGH = 24.0


@dataclass(frozen=True)
class Log:
    """The journal of the process that runs now. whole: its start is in it; hours: how old its first line is."""

    whole: bool
    hours: float
    lines: tuple[str, ...] = field(repr=False)

    @property
    def proves(self) -> bool:
        """Whether silence means something: the lines go back to the start of the process, or a whole day."""
        return self.whole or self.hours >= LONG_ENOUGH

    def mentioning(self, word: str) -> list[str]:
        return [line for line in self.lines if word in line]


@pytest.fixture(scope="module")
def kubelet_logs(hosts: Hosts) -> Gathered[Log]:
    """Each master's."""
    return gather(hosts, (node.name for node in hosts.inventory.masters), _log)


def _log(reader: Reader) -> Log:
    invocation = reader.check("systemctl show kubelet -p InvocationID --value").strip()
    now = float(reader.check("date +%s"))
    command = f"journalctl --no-pager -q -o short-unix _SYSTEMD_INVOCATION_ID={invocation}"
    return parsed(reader.check(command, deadline=60), now)


def parsed(journal: str, now: float) -> Log:
    """`journalctl -q -o short-unix`: lines begin with seconds since 1970, but those that go on with a message."""
    lines = tuple(journal.splitlines())
    first = lines[0].partition(" ")[0] if lines else ""
    hours = (now - float(first)) / 3600 if first else 0.0
    return Log(any(STARTED in line for line in lines), hours, lines)
