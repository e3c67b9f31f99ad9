"""The kubelets' own words since they started."""

from dataclasses import dataclass, field

import pytest

from checks.gathering import Gathered, gather
from nodes.hosts import Hosts
from nodes.reading import Reader

# The kubelet says it once, before it does anything else: a journal without it begins later than the process, and then
# its silence proves nothing.
STARTED = '"Kubelet version"'


@dataclass(frozen=True)
class Log:
    """The journal of the process that runs now; `whole` where its start is in it."""

    whole: bool
    lines: tuple[str, ...] = field(repr=False)

    def mentioning(self, word: str) -> list[str]:
        return [line for line in self.lines if word in line]


@pytest.fixture(scope="module")
def kubelet_logs(hosts: Hosts) -> Gathered[Log]:
    return gather(hosts, (node.name for node in hosts.inventory.masters), _log)


def _log(reader: Reader) -> Log:
    shown = dict(
        line.partition("=")[::2]
        for line in reader.check("systemctl show kubelet -p MainPID -p InvocationID").splitlines()
    )
    lines = tuple(
        reader.check(
            f"journalctl --no-pager -o cat _SYSTEMD_INVOCATION_ID={shown['InvocationID']}", deadline=60
        ).splitlines()
    )
    return Log(any(STARTED in line for line in lines), lines)
