"""What the command line does with mistakes and with a remote command's words, and the lines that lead to hosts."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from lab import __main__, command, places, record, ssh
from lab.hosts import Hosts
from lab.places import Places
from lab.progress import Progress


def test_a_refusal_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["lab", "up"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert __main__.main() == 2
    said = capsys.readouterr().err
    assert said.startswith("lab: ")
    assert said.count("\n") == 1


def test_no_command_is_explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["lab"])
    with pytest.raises(SystemExit, match="2"):
        __main__.main()
    assert "usage: python -m lab" in capsys.readouterr().err


@pytest.fixture(autouse=True)
def no_lab_is_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What this machine has up, if anything, is no part of a test."""
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")


@pytest.mark.parametrize(
    ("words", "remote"),
    [
        ([], []),
        (["--", "hostname"], ["hostname"]),
        (["--", "ls /tmp; date"], ["ls /tmp; date"]),
        (["--", "cat", "a b"], ["cat 'a b'"]),
    ],
)
def test_words_for_a_host_arrive_as_they_are_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hosts: Hosts, words: list[str], remote: list[str]
) -> None:
    class Became(Exception):  # noqa: N818
        pass

    def become(_file: str, line: list[str]) -> None:
        raise Became(line)

    hosts.key.parent.mkdir()
    hosts.key.touch()
    monkeypatch.setattr(__main__, "NODES_FILE", hosts.path)
    monkeypatch.setattr("lab.record.variant", lambda: "")  # whatever lab is up on this machine, and whose ever
    monkeypatch.setattr(os, "execvp", become)
    monkeypatch.setattr(sys, "argv", ["lab", "ssh", "wudang", *words])
    with pytest.raises(Became) as became:
        __main__.main()
    assert became.value.args == (ssh.line(hosts.named("wudang"), hosts, *remote),)


def test_host_keys_are_always_checked(hosts: Hosts) -> None:
    line = ssh.line(hosts.first_master, hosts)
    assert "StrictHostKeyChecking=yes" in line
    assert f"UserKnownHostsFile={hosts.known_hosts}" in line
    assert line[-1] == "root@10.27.53.32"


def test_a_failed_command_says_what_was_printed() -> None:
    with pytest.raises(command.CommandFailed, match=r"(?s)`sh -c .*` ended with status 3:\nout of room"):
        command.run(["sh", "-c", "echo out of room >&2; exit 3"])
    with pytest.raises(command.CommandFailed, match=r"no end after 0\.1 s"):
        command.run(["sleep", "5"], timeout=0.1)


def test_state_and_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_STATE", "/big/state")
    monkeypatch.delenv("LAB_CACHE", raising=False)
    assert Places.from_environment() == Places(Path("/big/state"), Path("/var/cache/kubeadm-ha-lab"))
    assert places.NODES_FILE.name == "nodes.yaml"


def test_long_stages_give_signs_of_life(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("lab.progress.HEARTBEAT", 0.01)
    with Progress().stage("building"):
        command.run(["sleep", "0.1"])
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("s] building")
    assert "… building (for" in said[1]


@pytest.mark.parametrize(("words", "bare"), [((), False), (("--bare",), True)])
def test_reset_makes_a_cluster_unless_it_is_told_not_to(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], bare: bool
) -> None:
    made: list[bool] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("linux", "root", "our_lab", "room", "btrfs", "addresses"):
        monkeypatch.setattr(f"lab.machine_checks.{name}", lambda *_: None)
    monkeypatch.setattr("lab.tools.install_missing", lambda _: None)
    monkeypatch.setattr("lab.record.only_one", nullcontext)
    monkeypatch.setattr("lab.lifecycle.reset", lambda *_, bare: made.append(bare))
    monkeypatch.setattr(sys, "argv", ["lab", "reset", *words])
    assert __main__.main() == 0
    assert made == [bare]
