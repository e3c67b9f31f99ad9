"""The runbook runs under its own pytest.ini, from wherever it is started, or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gates.throwaway import ROOT, Throwaway


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A pytest of its own, as a user starts it, without the surrounding one's environment."""
    command = [sys.executable, "-m", "pytest", *arguments]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(  # noqa: S603 (the tests' own command)
        command,
        cwd=folder,
        env={**variables, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(throwaway: Throwaway) -> Throwaway:
    """The throwaway runbook a folder deeper, so that there is a common parent for other files to stand in."""
    inner = throwaway.path / "clone"
    inner.mkdir()
    for entry in list(throwaway.path.iterdir()):
        if entry != inner:
            entry.rename(inner / entry.name)
    return throwaway


def test_configuration_in_a_common_parent_is_refused(copy: Throwaway) -> None:
    """Without "=", pytest takes the file behind --nodes for a place where it may find its configuration."""
    copy.write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n")
    copy.write("inventory/nodes.yaml", "nodes: {}\n")
    clone = copy.path / "clone"
    for more in ((), ("-m", "verify"), ("--import-mode=importlib",)):
        result = start(clone, "runbook/", "--nodes", "../inventory/nodes.yaml", *more)
        assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout
        assert "not the runbook's pytest.ini: write --nodes=FILE with =" in result.stderr.replace("\n", " ")
        assert "Traceback" not in result.stderr
        assert "import" not in result.stderr
    with_equals = start(clone, "runbook/", "--nodes=../inventory/nodes.yaml")
    assert with_equals.returncode == pytest.ExitCode.OK, with_equals.stdout + with_equals.stderr


def test_nodes_with_a_space_is_fine_where_no_other_configuration_is_found(copy: Throwaway) -> None:
    copy.write("inventory/nodes.yaml", "nodes: {}\n")
    result = start(copy.path / "clone", "runbook/", "--nodes", "../inventory/nodes.yaml")
    assert result.returncode == pytest.ExitCode.OK, result.stdout + result.stderr
    assert "next: the audit" in result.stdout
    assert "--nodes=../inventory/nodes.yaml -m verify" in result.stdout


@pytest.mark.parametrize(
    "option", ["--config-file=other.ini", "--config-file=/dev/null", "--rootdir=..", "--rootdir=runbook"]
)
def test_another_configuration_or_root_is_refused(throwaway: Throwaway, option: str) -> None:
    throwaway.write("other.ini", "[pytest]\nmarkers = step\n")
    throwaway.refused("runbook/", "--nodes=nodes.yaml", option, because="not the runbook's pytest.ini")


def test_file_that_pytest_prefers_to_pytest_ini_is_refused(throwaway: Throwaway) -> None:
    throwaway.write("pytest.toml", "[pytest]\n")
    throwaway.refused("runbook/", "--nodes=nodes.yaml", because="not the runbook's pytest.ini")


def test_python_without_assertions_is_refused(throwaway: Throwaway) -> None:
    """PYTHONOPTIMIZE=1 with --assert=plain would find every check green."""
    result = start(throwaway.path, "runbook/", "--nodes=nodes.yaml", "-m", "verify", PYTHONOPTIMIZE="1")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "assertions would not be executed" in result.stderr


def test_runbook_may_be_started_from_another_folder(throwaway: Throwaway) -> None:
    elsewhere = throwaway.path / "elsewhere"
    elsewhere.mkdir()
    result = start(elsewhere, str(throwaway.path / "runbook"), "--nodes=../nodes.yaml", "--to", "2")
    assert result.returncode == pytest.ExitCode.OK, result.stdout + result.stderr
    assert "next: go on with step 3: pytest ../runbook/ --nodes=../nodes.yaml" in result.stdout
