"""Command lines that must not run: exit code 4, a sentence that says what to write, no machine reached."""

import pytest

from tests.gates.throwaway import Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
AUDIT = (*RUN, "-m", "verify")


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        ((*RUN, "-k", "not seen"), "-k is refused with --nodes: a change run takes every case"),
        (("runbook/test_3.py", "--nodes=nodes.yaml"), "runbook/test_3.py is a part of the runbook"),
        (("runbook/test_1.py", "runbook/test_2.py", "--nodes=nodes.yaml"), "is a part of the runbook"),
        (("runbook/test_3.py::test_step_3_is_made", "--nodes=nodes.yaml"), "is a part of the runbook"),
        (
            ("runbook/test_3.py::test_step_3_is_seen_on_master[wudang]", "--nodes=nodes.yaml"),
            "is a part of the runbook",
        ),
        ((*RUN, "--deselect=runbook/test_3.py"), "--deselect is refused"),
        ((*RUN, "-x"), "a shut gate stops the run by itself"),
        ((*RUN, "--maxfail=3"), "a shut gate stops the run by itself"),
        ((*RUN, "--plan", "-k", "step_3"), "-k is refused"),
        (("runbook/test_3.py", "--nodes=nodes.yaml", "--plan"), "is a part of the runbook"),
        ((*RUN, "-m", "(verify)"), "write -m verify, exactly so"),
        ((*RUN, "-m", "verify "), "write -m verify, exactly so"),
        ((*RUN, "-m", "verify or change"), "write -m verify, exactly so"),
        ((*RUN, "-m", "not verify"), "write -m verify, exactly so"),
        ((*RUN, "-m", "change"), "write -m verify, exactly so"),
        ((*RUN, "-m", "trial"), "write -m verify, exactly so"),
        ((*AUDIT, "--plan"), "write one of the two"),
        ((*RUN, "--to", "8"), "--to 8: there is no such step: write a number from 1 to 7"),
        ((*RUN, "--to", "0"), "there is no such step"),
        ((*RUN, "--to", "three"), "there is no such step"),
        ((*RUN, "--to="), "there is no such step"),
        (("runbook/", "--nodes="), "--nodes names no file"),
        (("--nodes=nodes.yaml",), "no part of it is named: write: pytest runbook/ --nodes=FILE"),
        (("tests/", "--nodes=nodes.yaml"), "no part of it is named"),
        (("runbook/", "tests/", "--nodes=nodes.yaml"), "is not mixed with other tests"),
        ((".", "--nodes=nodes.yaml"), "no part of it is named"),
        (("runbook/",), "needs to know the nodes: pytest runbook/ --nodes=nodes.yaml"),
        (("runbook/", "-m", "verify"), "needs to know the nodes"),
        (("runbook/test_3.py", "--collect-only"), "needs to know the nodes"),
        ((".",), "needs to know the nodes"),
        (("--plan",), "--plan belongs to the runbook"),
        (("--to", "3"), "--to belongs to the runbook"),
        (("runbook/test_9.py", "--nodes=nodes.yaml", "-m", "verify"), "no case of this name"),
        (("runbook/test_3.py::test_nothing", "--nodes=nodes.yaml", "-m", "verify"), "no case of this name"),
        ((*AUDIT, "-k", "nothing_of_this_name"), "no check is left to run"),
        ((*AUDIT, "--deselect=runbook/"), "no check is left to run"),
    ],
)
def test_command_line_is_refused(throwaway: Throwaway, arguments: tuple[str, ...], because: str) -> None:
    throwaway.refused(*arguments, because=because)


@pytest.mark.parametrize("run", [RUN, AUDIT], ids=["change run", "audit"])
@pytest.mark.parametrize(
    ("option", "because"),
    [
        ("--lf", "--lf is refused"),
        ("--ff", "--ff is refused"),
        ("--nf", "--nf is refused"),
        ("--stepwise", "--stepwise is refused"),
        ("--stepwise-skip", "--stepwise-skip is refused"),
        ("--stepwise-reset", "--stepwise-reset is refused"),
        ("--keep-duplicates", "--keep-duplicates is refused"),
        ("--continue-on-collection-errors", "--continue-on-collection-errors is refused"),
        ("--setup-only", "--setup-only is refused"),
        ("--setup-plan", "is refused"),
        ("--ignore=runbook/test_3.py", "--ignore is refused"),
        ("--ignore-glob=*test_3*", "--ignore-glob is refused"),
        ("--override-ini=strict=false", "runs under its pytest.ini as it stands"),
        ("--override-ini=python_functions=test_step_1*", "runs under its pytest.ini as it stands"),
        ("--pyargs", "--pyargs is refused"),
        ("--showlocals", "keys among it"),
        ("-l", "keys among it"),
        ("--full-trace", "keys among it"),
        ("--tb=long", "keys among it"),
        ("-pno:gates.gate", "-p no:gates.gate switches off a part"),
        ("-pno:gates.order", "-p no:gates.order switches off a part"),
        ("-pno:gates.selection", "-p no:gates.selection switches off a part"),
        ("-pno:logging", "-p no:logging switches off a part"),
        ("-pno:terminal", "-p no:terminal switches off a part"),
        ("-pno:gates.options", "unrecognized arguments: --nodes"),
        ("--noconftest", "unrecognized arguments: --nodes"),
        ("--confcutdir=runbook", "unrecognized arguments: --nodes"),
    ],
)
def test_option_that_takes_the_gates_apart_is_refused(
    throwaway: Throwaway, run: tuple[str, ...], option: str, because: str
) -> None:
    throwaway.refused(*run, option, because=because)


def test_options_may_come_from_the_environment(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k step_3")
    throwaway.refused(*RUN, because="-k is refused")


def test_another_import_mode_changes_nothing(throwaway: Throwaway) -> None:
    result = throwaway.run("--import-mode=prepend")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["gates 1 2 3 4 5 6 7 hold"])


def test_listing_the_cases_connects_to_nothing(throwaway: Throwaway) -> None:
    for option in ("--collect-only", "--fixtures", "--fixtures-per-test"):
        assert throwaway.run(option).ret == pytest.ExitCode.OK
        assert not throwaway.exists("CONNECTED")
        assert not throwaway.exists("STATE")


def test_plain_pytest_runs_the_projects_own_tests(throwaway: Throwaway) -> None:
    result = throwaway.pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    assert not throwaway.exists("CONNECTED")
