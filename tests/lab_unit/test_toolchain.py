"""Which Go compiler the lab takes, and what it says when there is none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import toolchain
from lab.command import CommandFailed, run
from lab.progress import Progress
from lab.refusals import Refusal


@pytest.fixture
def machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a compiler that says this version into an otherwise empty PATH."""

    def put(version: str) -> Path:
        program = tmp_path / "bin" / "go"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho go version go{version} linux/amd64\n")
        program.chmod(0o755)
        return program

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(toolchain, "USUAL_PLACE", "")
    return put


@pytest.fixture
def no_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(words: list[str], **_: object) -> str:
        if "install" in words:
            raise CommandFailed(words, 1, "", "no index")
        return run(words)

    monkeypatch.setattr(toolchain, "run", fail)


def test_the_machine_s_own_compiler_is_taken_if_it_is_new_enough(
    machine_has: Callable[[str], Path], tmp_path: Path
) -> None:
    own = machine_has("1.99.1")
    assert toolchain.find(tmp_path, Progress()) == toolchain.Go(own, toolchain.Version((1, 99, 1)))


@pytest.mark.usefixtures("no_package_index")
def test_a_compiler_that_is_too_old_is_named(machine_has: Callable[[str], Path], tmp_path: Path) -> None:
    own = machine_has("1.19.8")
    with pytest.raises(Refusal, match=rf"need Go 1\.\d+.*{own} is 1\.19\.8, which is too old.*install Go from"):
        toolchain.find(tmp_path, Progress())


@pytest.mark.usefixtures("no_package_index", "machine_has")
def test_no_compiler_at_all_is_said(tmp_path: Path) -> None:
    assert not shutil.which("go")
    with pytest.raises(Refusal, match="none is here"):
        toolchain.find(tmp_path, Progress())
