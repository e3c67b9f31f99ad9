"""Command lines that must not run: exit code 4, a sentence that says what to write, and no machine was reached."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.gates.conftest import ROOT, Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
AUDIT = (*RUN, "-m", "verify")

CHANGE_RUNS = {
    "-k": (*RUN, "-k", "not seen"),
    "one file": ("runbook/test_3.py", "--nodes=nodes.yaml"),
    "two files": ("runbook/test_1.py", "runbook/test_2.py", "--nodes=nodes.yaml"),
    "a node id": ("runbook/test_3.py::test_step_3_is_made", "--nodes=nodes.yaml"),
    "a case of one node": ("runbook/test_3.py::test_step_3_is_seen_on_master[wudang]", "--nodes=nodes.yaml"),
    "--deselect": (*RUN, "--deselect=runbook/test_3.py"),
    "-x": (*RUN, "-x"),
    "--maxfail": (*RUN, "--maxfail=3"),
    "-k in a plan": (*RUN, "--plan", "-k", "step_3"),
    "a file in a plan": ("runbook/test_3.py", "--nodes=nodes.yaml", "--plan"),
    "-m with brackets": (*RUN, "-m", "(verify)"),
    "-m with a space": (*RUN, "-m", "verify "),
    "-m verify or change": (*RUN, "-m", "verify or change"),
    "-m not verify": (*RUN, "-m", "not verify"),
    "-m change": (*RUN, "-m", "change"),
    "-m trial": (*RUN, "-m", "trial"),
}
ALL_RUNS = {
    "--lf": "--lf",
    "--ff": "--ff",
    "--nf": "--nf",
    "--stepwise": "--stepwise",
    "--sw-skip": "--sw-skip",
    "--keep-duplicates": "--keep-duplicates",
    "--continue-on-collection-errors": "--continue-on-collection-errors",
    "--setup-only": "--setup-only",
    "--setup-plan": "--setup-plan",
    "--ignore": "--ignore=runbook/test_3.py",
    "--ignore-glob": "--ignore-glob=*test_3*",
    "-o strict": "-ostrict=false",
    "-o python_functions": "-opython_functions=test_step_1*",
    "--pyargs": "--pyargs",
    "-p no: of ours": "-pno:gates.gate",
    "-p no: of the order": "-pno:gates.order",
    "-p no: of pytest's": "-pno:logging",
}


@pytest.mark.parametrize("arguments", CHANGE_RUNS.values(), ids=CHANGE_RUNS.keys())
def test_change_run_that_leaves_out_a_case_is_refused(throwaway: Throwaway, arguments: Sequence[str]) -> None:
    because = "there is a sharper reason: " if "-x" in arguments else ""
    throwaway.refused(*arguments, because=because and "a shut gate stops the run by itself" or "" or "case")


@pytest.mark.parametrize("option", ALL_RUNS.values(), ids=ALL_RUNS.keys())
@pytest.mark.parametrize("run", [RUN, AUDIT], ids=["change run", "audit"])
def test_option_that_pulls_the_gates_apart_is_refused(
    throwaway: Throwaway, run: Sequence[str], option: str
) -> None:
    throwaway.refused(*run, option, because=option.removeprefix("-p").split("=")[0].replace("-ostrict", "(-o)")[:12])
