"""Which version of the runbook ran, from the clone's own git."""

import subprocess
from pathlib import Path

import pytest

from evidence.commit import commit


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=x", "-c", "user.email=x@y", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one\n")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "x")
    return tmp_path


def test_clean_clone_is_its_commit(clone: Path) -> None:
    assert commit(clone) == git(clone, "rev-parse", "HEAD")


def test_clone_with_other_files_is_dirty(clone: Path) -> None:
    (clone / "file").write_text("two\n")
    assert commit(clone) == git(clone, "rev-parse", "HEAD") + "+dirty"


def test_copy_without_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(tmp_path) == "no git"


def test_copy_inside_another_clone_says_so(clone: Path) -> None:
    (clone / "copy").mkdir()
    assert commit(clone / "copy") == "no git"


def test_machine_without_git_says_so(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert commit(clone) == "no git"
