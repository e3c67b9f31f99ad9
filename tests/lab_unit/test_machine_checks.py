"""The refusals that come before anything is touched: one sentence each, with what to do."""

import json
import os
import platform
import shutil
import sys
from collections import namedtuple

import pytest

from lab import machine_checks, network, record, tools
from lab.command import CommandFailed
from lab.hosts import Hosts
from lab.places import Places
from lab.progress import Progress
from lab.record import Record
from lab.refusals import Refusal

Usage = namedtuple("Usage", "total used free")


def test_another_system_than_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(Refusal, match="this is Darwin: use a Linux machine"):
        machine_checks.linux()


def test_another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(Refusal, match="this is riscv64"):
        machine_checks.linux()


def test_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Refusal, match="run it with sudo"):
        machine_checks.root()


def test_a_disk_that_is_too_full(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 5 << 30))
    with pytest.raises(Refusal, match=r"has 5\.0 GiB free, and the lab needs 12\.0: make room, or name folders"):
        machine_checks.room(places)


def test_what_is_cached_already_needs_no_room(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    places.state.mkdir()
    places.disk_image.write_bytes(bytes(1 << 20))
    monkeypatch.setattr(machine_checks, "ROOM", 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, 0 if path == places.state else 1 << 20))
    machine_checks.room(places)


@pytest.fixture
def somebody_s_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Record("/big/state", "/home/her/nodes.yaml", {}, "boot", whole=True)
    monkeypatch.setattr(record, "read", lambda: there)


@pytest.mark.usefixtures("somebody_s_lab")
def test_a_second_lab(places: Places, hosts: Hosts) -> None:
    said = r"up on this machine already, for /home/her/nodes.yaml.*`LAB_STATE=/big/state python -m lab down`"
    with pytest.raises(Refusal, match=said):
        machine_checks.our_lab(places, hosts)
    with pytest.raises(Refusal, match=r"elsewhere: `LAB_STATE=/big/state python -m lab down`"):
        machine_checks.our_state(places)


def _routes(monkeypatch: pytest.MonkeyPatch, dst: str, dev: str) -> None:
    monkeypatch.setattr(network, "own_interfaces", lambda: {"lab0"})
    monkeypatch.setattr(network, "name_is_taken", lambda: False)
    monkeypatch.setattr(machine_checks, "run", lambda _: json.dumps([{"dst": dst, "dev": dev}]))


@pytest.mark.parametrize(("dst", "dev"), [("10.27.53.32", "eth0"), ("10.0.0.0/8", "tun0")])
def test_an_address_that_is_in_use(monkeypatch: pytest.MonkeyPatch, hosts: Hosts, dst: str, dev: str) -> None:
    _routes(monkeypatch, dst, dev)
    with pytest.raises(
        Refusal, match=rf"shaolin's address is in use.*through {dev} \({dst}\); give .* another address"
    ):
        machine_checks.addresses(hosts)


@pytest.mark.parametrize(("dst", "dev"), [("default", "eth0"), ("10.27.53.32", "lab0")])
def test_an_address_that_is_free_or_the_lab_s_own(
    monkeypatch: pytest.MonkeyPatch, hosts: Hosts, dst: str, dev: str
) -> None:
    _routes(monkeypatch, dst, dev)
    machine_checks.addresses(hosts)


def test_a_foreign_interface_with_the_lab_s_name(monkeypatch: pytest.MonkeyPatch, hosts: Hosts) -> None:
    _routes(monkeypatch, "default", "eth0")
    monkeypatch.setattr(network, "name_is_taken", lambda: True)
    with pytest.raises(Refusal, match="an interface lab0 that is not the lab's"):
        machine_checks.addresses(hosts)


def test_missing_tools_where_they_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name in ("mmdebstrap", "apt-get") else f"/bin/{name}")
    with pytest.raises(Refusal, match=r"missing here, and without apt-get .*: .*mmdebstrap"):
        tools.install_missing(Progress())


def test_missing_tools_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(words: list[str], **_: object) -> str:
        raise CommandFailed(words, 100, "", "Could not resolve the mirror")

    monkeypatch.setattr(shutil, "which", lambda name: None if name == "mmdebstrap" else f"/bin/{name}")
    monkeypatch.setattr(tools, "run", fail)
    with pytest.raises(Refusal, match=r"(?s)could not install .*mmdebstrap: do it by hand.*Could not resolve"):
        tools.install_missing(Progress())
