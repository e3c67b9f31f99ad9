"""Ways between machines, tried with real sockets; and which ways there have to be."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from changes.observe import paths
from changes.observe.paths import closed
from changes.paths import Path, wanted
from nodes.commands import DialFailed
from nodes.fleet import side_by_side
from nodes.hosts import Hosts
from tests.changes.folder_host import FolderHost
from tests.steps import states


class Fleet(dict[str, Any]):
    side_by_side = staticmethod(side_by_side)


@pytest.fixture
def here(wudang: FolderHost, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    monkeypatch.setattr(paths, "SECONDS", 0.2)
    inventory = SimpleNamespace(nodes={"emei": SimpleNamespace(address="127.0.0.1")})
    return Hosts(Fleet(wudang=wudang), inventory, "wudang")  # type: ignore[arg-type]


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose queue is full: the next who knocks hears nothing, as from a firewall that drops."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.create_connection(server.getsockname()):
        yield server.getsockname()[1]


def test_a_connection_that_is_accepted_proves_its_way(here: Hosts, listening: int) -> None:
    assert closed(here, [Path(3, "wudang", "emei", listening)]) == {}


def test_one_that_is_refused_does_too(here: Hosts, listening: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert closed(here, [Path(3, "wudang", "emei", port)]) == {}


def test_silence_proves_nothing(here: Hosts, full: int) -> None:
    path = Path(3, "wudang", "emei", full)
    assert closed(here, [path]) == {path: "no answer in 0.2 s"}


@pytest.mark.parametrize("said", ["no route to host", "its sshd forbids it (AllowTcpForwarding)"])
def test_nor_does_what_somebody_on_the_way_says(here: Hosts, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    def dial(*_: object) -> None:
        raise DialFailed(f"wudang could not connect to 127.0.0.1 port 1: {said}")

    monkeypatch.setattr(here.fleet["wudang"], "dial", dial)
    path = Path(3, "wudang", "emei", 1)
    assert closed(here, [path]) == {path: said.lower()}


def test_every_master_needs_the_others_and_everybody_needs_the_masters_and_the_balancer() -> None:
    found = wanted(states.inventory(), 6443)
    assert len(found) == len(set(found))
    assert {(path.step, path.source, path.target, path.port) for path in found if path.source == "huashan"} == {
        (3, "huashan", "shaolin", 6443),
        (3, "huashan", "wudang", 6443),
        (3, "huashan", "emei", 6443),
        (6, "huashan", "emei", 8443),
    }
    assert {(path.step, path.port) for path in found if (path.source, path.target) == ("wudang", "emei")} == {
        (2, 2379),
        (2, 2380),
        (3, 6443),
        (3, 10250),
        (6, 8443),
    }
    assert {path.port for path in found if path.target == "huashan"} == {10250}
    assert not [path for path in found if path.source == path.target]


def test_a_balancer_of_its_own_needs_every_apiserver() -> None:
    inventory = states.inventory(balancers=("huashan",))
    ports = {(path.target, path.port) for path in wanted(inventory, 6443) if path.source == "huashan"}
    assert ports == {("shaolin", 6443), ("wudang", 6443), ("emei", 6443)}
