"""Hosts' processes are found by what they are, and no other process is ever taken for one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import processes

Starter = Callable[[str, str], subprocess.Popen[bytes]]
READY = "print(flush=True); import time; time.sleep(60)"


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start a sleeping process that calls itself something."""
    started = []

    def begin(name: str, directory: str) -> subprocess.Popen[bytes]:
        words = [name, "-c", READY, f"--directory={directory}"]
        process = subprocess.Popen(words, executable=sys.executable, stdout=subprocess.PIPE)  # noqa: S603
        assert process.stdout
        process.stdout.readline()
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_only_the_container_of_that_very_host_is_found_and_killed(start: Starter, tmp_path: Path) -> None:
    root = tmp_path / "emei"
    own = start("/usr/bin/systemd-nspawn", str(root))
    others = [start("systemd-nspawn", f"{root}2"), start("editor", str(root))]
    assert processes.containers(root) == [own.pid]
    assert processes.kill(root)
    assert own.wait(timeout=5) == -9
    assert [other.poll() for other in others] == [None, None]


def test_a_host_that_is_off_is_said_to_be_off(tmp_path: Path) -> None:
    assert not processes.kill(tmp_path)
