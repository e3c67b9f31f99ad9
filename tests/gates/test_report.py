"""The JUnit file: what a ticket needs, whole even when a gate shut."""

import pytest

from tests.gates.throwaway import Throwaway


def test_report_names_every_case_and_the_gate_that_shut(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_FAILS", "3")
    throwaway.run()
    suite = throwaway.report()
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "42",
        "failures": "1",
        "errors": "0",
        "skipped": "24",
    }
    reasons = {skipped.get("message") for skipped in suite.iter("skipped")}
    assert reasons == {"gate closed: step 3: test_step_3_is_seen_on_master[wudang] failed"}
    assert str(throwaway.path) not in "".join(skipped.text or "" for skipped in suite.iter("skipped"))


def test_failed_case_says_what_to_do_on_the_terminal_and_in_the_report(
    throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECK_FAILS", "3")
    result = throwaway.run()
    result.stdout.fnmatch_lines(["*What to do*", "Ask the operator of step 3."])
    (case,) = throwaway.cases("test_step_3_is_seen_on_master[wudang]")
    (failure,) = case.findall("failure")
    assert "What to do" in (failure.text or "")
    assert "Ask the operator of step 3." in (failure.text or "")
    assert "saw smoke, expected none" in (failure.get("message") or "")


def test_suite_carries_the_kind_of_run_and_its_verdict(throwaway: Throwaway) -> None:
    throwaway.run()
    properties = throwaway.properties()
    assert properties["run"] == "change run"
    assert properties["verdict"].splitlines()[:2] == ["gates 1 2 3 4 5 6 7 hold", "3 masters stand"]
    throwaway.run("-m", "verify")
    assert throwaway.properties()["run"] == "audit: reads only"


def test_progress_is_seen_while_it_happens_and_kept_in_the_report(throwaway: Throwaway) -> None:
    throwaway.add_to(
        "runbook/test_2.py",
        "\n@pytest.mark.trial\ndef test_something_takes_its_time():\n"
        "    import logging\n    logging.getLogger('runbook').info('waiting for emei, 12 s of 120 s left')\n",
    )
    result = throwaway.run("--to", "2")
    result.stdout.fnmatch_lines(["??:??:?? waiting for emei, 12 s of 120 s left"])
    (case,) = throwaway.cases("test_something_takes_its_time")
    assert "waiting for emei" in "".join(out.text or "" for out in case.findall("system-out"))


def test_librarys_warning_does_not_break_off_a_change(throwaway: Throwaway) -> None:
    throwaway.add_to(
        "runbook/test_2.py",
        "\n@pytest.mark.change\ndef test_something_old_is_used():\n"
        "    import warnings\n    warnings.warn('use something newer', DeprecationWarning)\n",
    )
    assert throwaway.run().ret == pytest.ExitCode.OK
