"""The plan: what would change, and nothing that could be taken for a conversion."""

import pytest

from tests.gates.throwaway import Throwaway


def test_plan_looks_at_every_change_and_makes_none(throwaway: Throwaway) -> None:
    result = throwaway.run("--plan")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(skipped=7, deselected=35)
    assert not throwaway.exists("STATE")
    assert result.outlines[-1] == "7 changes; run without --plan to make them: pytest runbook/ --nodes=nodes.yaml"


def test_plan_of_a_converted_cluster_says_nothing_to_change(throwaway: Throwaway) -> None:
    throwaway.run()
    result = throwaway.run("--plan")
    assert result.ret == pytest.ExitCode.OK
    assert result.outlines[-1] == "nothing to change"


def test_plan_may_be_narrowed_and_says_so(throwaway: Throwaway) -> None:
    throwaway.run("--to", "2")
    assert throwaway.run("--plan", "--to", "2").outlines[-1] == "nothing to change up to step 2"
    result = throwaway.run("--plan", "--to", "3")
    assert result.outlines[-1] == ("1 change; run without --plan to make it: pytest runbook/ --nodes=nodes.yaml --to 3")


def test_report_of_a_plan_has_no_case_that_passed(throwaway: Throwaway) -> None:
    throwaway.run("--plan")
    suite = throwaway.report()
    cases = suite.findall("testcase")
    assert len(cases) == 7
    for case in cases:
        (skipped,) = case.findall("skipped")
        assert skipped.get("message") == "plan only: changes to make: 1; nothing was changed"
        logged = "".join(out.text or "" for out in case.findall("system-out"))
        assert logged.count("would change") == 1
    assert throwaway.properties()["run"] == "plan: nothing was changed"


def test_plan_with_a_case_that_fails_is_not_complete(throwaway: Throwaway) -> None:
    throwaway.add_to(
        "runbook/test_1.py",
        "\n@pytest.mark.change\ndef test_nothing_stands_in_the_way():\n    assert False, 'the disk of emei is full'\n",
    )
    result = throwaway.run("--plan")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1, skipped=7, deselected=35)
    assert result.outlines[-2:] == [
        "step 1: test_nothing_stands_in_the_way: the disk of emei is full",
        "the plan is not complete; nothing was changed",
    ]
