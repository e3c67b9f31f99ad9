"""Ctrl-C and SIGTERM: the change in hand is finished, its case fails, every other case is in the report."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.gates.throwaway import ROOT, Throwaway


def start(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str, slow: str) -> subprocess.Popen[str]:
    monkeypatch.setenv("SLOW", slow)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "pytest", "runbook/", "--nodes=nodes.yaml", "--junitxml=report.xml", *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)  # noqa: S603 (the tests' own)


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline, f"{file.name} never came"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_during_a_change_waits_for_its_end_and_the_report_is_whole(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    run = start(connected.path, monkeypatch, slow="file-3-a")
    wait_for(connected.path / "file-3-a.begun")
    run.send_signal(number)
    time.sleep(0.2)
    connected.write("SIGNALLED", "")
    output, _ = run.communicate(timeout=30)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, output
    assert connected.exists("file-3-a")
    assert not connected.exists("file-3-b.begun")
    assert connected.exists("RELEASED")
    suite = connected.report()
    assert len(suite.findall("testcase")) == 63
    (case,) = connected.cases("test_step_3_is_made")
    (error,) = case.findall("error")
    assert f"{number.name}: stopped after" in (error.get("message") or "")
    reasons = {skipped.get("message") for skipped in suite.iter("skipped")}
    assert reasons == {"gate closed: step 3: test_step_3_is_made failed"}
    assert "gates 1 2 hold; gates 3 4 5 6 7 were not looked at" in output
    assert "the same command goes on from there: pytest runbook/ --nodes=nodes.yaml" in output


@pytest.mark.parametrize("more", [(), ("-m", "verify")], ids=["change run", "audit"])
def test_signal_during_a_check_fails_it_and_holds_the_rest_back(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    connected.run()
    run = start(connected.path, monkeypatch, *more, slow="check-3")
    (connected.path / "check-3.begun").unlink()
    wait_for(connected.path / "check-3.begun")
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=30)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, output
    suite = connected.report()
    assert len(suite.findall("testcase")) == (49 if more else 63)
    assert {skipped.get("message") for skipped in suite.iter("skipped")} == {"stopped by SIGTERM"}
    assert "gates 1 2 hold; gate 3 is shut; gates 4 5 6 7 were not looked at" in output


def test_asked_twice_it_stops_at_once(connected: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.add_to(
        "runbook/test_3.py",
        "\n@pytest.mark.trial\ndef test_something_does_not_give_in():\n"
        "    (HERE / 'TRYING').touch()\n"
        "    while True:\n"
        "        try: time.sleep(9)\n"
        "        except KeyboardInterrupt: raise\n"
        "        except BaseException: (HERE / 'STUBBORN').touch()\n",
    )
    run = start(connected.path, monkeypatch, slow="")
    wait_for(connected.path / "TRYING")
    run.send_signal(signal.SIGINT)
    wait_for(connected.path / "STUBBORN")
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=30)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, output
    assert "gates 1 2 hold; gate 3 was looked at in part; gates 4 5 6 7 were not looked at" in output
    assert connected.exists("RELEASED")
    connected.report()
