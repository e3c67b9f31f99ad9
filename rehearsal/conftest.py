"""Fixtures of the rehearsal: the lab, reset once for all that a cluster's whole life shows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import other_road


@pytest.fixture(scope="session")
def lab_up() -> None:
    """The lab's machines; taken away at the end by who started them, not by a test."""
    if not os.environ.get("REHEARSAL_KEEP"):  # set by who works on one part of it, with a lab that is up already
        cluster.lab("reset")


@pytest.fixture(scope="module")
def view(lab_up: None) -> Iterator[Hosts]:
    """The rehearsal's own connections to the hosts."""
    hosts = cluster.connect()
    yield hosts
    hosts.fleet.close()


@pytest.fixture(scope="module")
def fresh(lab_up: None) -> None:
    """A cluster of its own for a module: asked for with `usefixtures`, so that it comes before whoever connects."""
    cluster.lab("reset")


@pytest.fixture(scope="module")
def nodes() -> Iterator[Path]:
    """nodes.yaml for the other road."""
    with other_road() as path:
        yield path
