"""One lab a machine, one command at a time, and a record that a reboot makes void."""

from pathlib import Path

import pytest

from lab import machine, record
from lab.hosts import Hosts
from lab.places import Places
from lab.record import Record
from lab.refusals import Refusal


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(record, "LOCK", tmp_path / "lab.lock")
    monkeypatch.setattr(record, "RECORD", tmp_path / "lab.json")
    return tmp_path


def test_a_record_is_read_as_it_was_written(places: Places, hosts: Hosts) -> None:
    assert record.read() is None
    Record.of(places, hosts).write(whole=True)
    found = record.read()
    assert found
    assert found.whole
    assert found.hosts["huashan"] == "10.27.52.80"
    record.forget()
    assert record.read() is None


def test_a_record_from_before_a_reboot_is_void(places: Places, hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    Record.of(places, hosts).write(whole=True)
    monkeypatch.setattr(machine, "boot", lambda: "another")
    assert record.read() is None


@pytest.mark.parametrize("text", ["", "{}", '{"unknown": 1}', "[]"])
def test_a_torn_record_is_void(run_folder: Path, text: str) -> None:
    (run_folder / "lab.json").write_text(text)
    assert record.read() is None


def test_a_second_command_is_refused_and_told_of_the_first() -> None:
    refusal = pytest.raises(Refusal, match=r"another lab command is at work: .*\(process \d+: lab")
    with record.only_one(), refusal, record.only_one():
        pass
    with record.only_one():
        pass
