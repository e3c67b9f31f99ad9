"""Routes of the hosts."""

import json

import pytest

from checks.gathering import Gathered, gather
from formats.routes import Route, parsed
from nodes.hosts import Hosts
from nodes.reading import Reader


@pytest.fixture(scope="module")
def routes(hosts: Hosts) -> Gathered[list[Route]]:
    return gather(hosts, hosts.inventory.nodes, _routes)


def _routes(reader: Reader) -> list[Route]:
    answers = reader.run_all(["ip -json route show", "ip -json -details address show"])
    table, devices = (json.loads(answer.checked().stdout) for answer in answers)
    return parsed(table, devices)
