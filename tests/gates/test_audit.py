"""The audit: every check and nothing else, each gate for itself, and a word when it was narrowed."""

import pytest

from tests.gates.throwaway import Throwaway


def test_audit_runs_every_check_and_changes_nothing(throwaway: Throwaway) -> None:
    result = throwaway.run("-m", "verify")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=28, deselected=14)
    assert not throwaway.exists("STATE")
    assert result.outlines[-10] == "gates 1 2 3 4 5 6 7 are shut"
    assert "not shown that 3 masters stand: that takes gates 2 3 4" in result.outlines


def test_audit_of_a_converted_cluster_is_green(throwaway: Throwaway) -> None:
    throwaway.run()
    result = throwaway.run("-m", "verify")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=28, deselected=14)
    assert result.outlines[-3:] == [
        "gates 1 2 3 4 5 6 7 hold",
        "3 masters stand",
        "next: nothing to do; all 28 checks passed",
    ]


def test_failed_check_of_an_audit_holds_nothing_back(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    throwaway.run()
    monkeypatch.setenv("CHECK_FAILS", "3")
    result = throwaway.run("-m", "verify")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=27, failed=1, deselected=14)
    result.stdout.fnmatch_lines(["gates 1 2 hold; gate 3 is shut; gates 4 5 6 7 hold"])


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (("runbook/test_3.py", "--nodes=nodes.yaml"), 4),
        (("runbook/test_3.py::test_step_3_is_seen_on_master", "--nodes=nodes.yaml"), 3),
        (("runbook/test_3.py::test_step_3_is_seen_on_master[wudang]", "--nodes=nodes.yaml"), 1),
        (("runbook/test_3.py", "runbook/test_4.py::test_step_4_is_seen_by_all", "--nodes=nodes.yaml"), 5),
        (("runbook/", "--nodes=nodes.yaml", "-k", "wudang"), 7),
        (("runbook/", "--nodes=nodes.yaml", "--to", "2"), 8),
        (("runbook/", "--nodes=nodes.yaml", "--deselect=runbook/test_3.py"), 24),
    ],
)
def test_narrowed_audit_says_what_part_it_is(throwaway: Throwaway, arguments: tuple[str, ...], ran: int) -> None:
    throwaway.run()
    throwaway.arguments = arguments
    result = throwaway.run("-m", "verify")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=ran, deselected=42 - ran)
    assert result.outlines[-1] == f"partial: {ran} of 28 checks"
    assert "3 masters stand" not in result.outlines


def test_audit_that_stops_at_the_first_failure_says_that_it_is_partial(throwaway: Throwaway) -> None:
    result = throwaway.run("-m", "verify", "-x")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.outlines[-1] == "partial: 1 of 28 checks"
