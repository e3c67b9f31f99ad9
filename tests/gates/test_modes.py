"""A step's list of changes: carried out in a change run, shown under --plan, out of reach for checks."""

import pytest

from tests.gates.throwaway import Throwaway


def test_change_run_tells_of_each_change_and_counts_them(connected: Throwaway) -> None:
    connected.write("file-2-a", "")
    result = connected.run("--to", "2")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "??:??:?? step 1 · wudang: file-1-a … (no such file)",
            "??:??:?? step 1 · wudang: file-1-a … done in 0.? s",
            "??:??:?? step 1 · changes made: 2; so already: 0",
            "??:??:?? step 2 · changes made: 1; so already: 1",
            "gates 1 2 hold; gates 3 4 5 6 7 were not looked at",
            "3 changes made",
            "next: go on with step 3: pytest runbook/ --nodes=nodes.yaml",
        ]
    )
    (case,) = connected.cases("test_step_2_is_made")
    logged = "".join(out.text or "" for out in case.findall("system-out"))
    assert "step 2 · wudang: file-2-b … done in" in logged
    assert connected.run("--to", "2").outlines[-2] == "no change was needed"


def test_plan_shows_each_change_with_its_diff_and_makes_none(connected: Throwaway) -> None:
    connected.run("--to", "1")
    result = connected.run("--plan")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "??:??:?? step 1 · changes to make: 0; so already: 2",
            "??:??:?? step 2 · would change: wudang: file-2-a (no such file)",
            "--- /dev/null",
            "+++ file-2-a",
            "+one line",
        ]
    )
    assert result.outlines[-1] == "12 changes; run without --plan to make them: pytest runbook/ --nodes=nodes.yaml"
    assert not connected.exists("file-2-a")
    (case,) = connected.cases("test_step_2_is_made")
    (skipped,) = case.findall("skipped")
    assert skipped.get("message") == "plan only: changes to make: 2; nothing was changed"


def test_check_that_asks_for_changes_fails_and_makes_none(connected: Throwaway) -> None:
    connected.add_to("runbook/test_3.py", "\n@pytest.mark.verify\ndef test_the_third_thing_is_so(left_to_do): pass\n")
    result = connected.run("-m", "verify", "-k", "third")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate 3: test_the_third_thing_is_so: test_the_third_thing_is_so is a verify case*"])
    assert not connected.exists("file-3-a")
