"""Defects put onto the lab's hosts, and taken away again whatever comes of it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from nodes.hosts import Hosts
from tests.defects import Deeds, Defect

DEED_SECONDS = 120.0


@contextmanager
def seeded(hosts: Hosts, defects: Sequence[Defect]) -> Iterator[None]:
    """Seeded within, healed after it: also where a seed itself went wrong half way."""
    with ExitStack() as healing:
        for defect in defects:
            healing.callback(done, hosts, defect.way.heal)
            done(hosts, defect.way.seed)
        yield


def done(hosts: Hosts, deeds: Deeds) -> None:
    """Each deed on its host, in their order. Raises CommandFailed, DeadlinePassed at the first that does not end."""
    for node, shell in deeds:
        # kubectl's cache would stay on the host
        hosts.fleet[node].check(f"export KUBECACHEDIR=/dev/null\n{shell}", deadline=DEED_SECONDS)
