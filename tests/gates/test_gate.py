"""What a failure holds back, and that nothing but a pass opens a gate."""

import pytest

from tests.gates.throwaway import Throwaway


def test_failed_check_shuts_the_gate_for_later_steps_but_not_for_its_sisters(
    throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECK_FAILS", "3")
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=17, failed=1, skipped=24)
    assert throwaway.lines("STATE") == ["1", "2", "3"]
    assert result.outlines[-5:] == [
        "gates 1 2 hold; gate 3 is shut; gates 4 5 6 7 were not looked at",
        "gate 3: test_step_3_is_seen_on_master[wudang]: saw smoke, expected none",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        "3 changes finished before that",
        'next: see "What to do" at the failed case; the same command goes on from there: '
        "pytest runbook/ --nodes=nodes.yaml",
    ]


def test_failed_change_holds_back_its_own_gate_too(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGE_FAILS", "3")
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=12, errors=1, skipped=29)
    reasons = {skipped.get("message") for skipped in throwaway.report().iter("skipped")}
    assert reasons == {"gate closed: step 3: test_step_3_is_made failed"}
    result.stdout.fnmatch_lines(
        [
            "gates 1 2 hold; gates 3 4 5 6 7 were not looked at",
            "step 3 failed: test_step_3_is_made: RuntimeError: the connection was reset",
        ]
    )


def test_failed_trial_and_failed_teardown_shut_the_gate(throwaway: Throwaway) -> None:
    throwaway.add_to(
        "conftest.py",
        "\n@pytest.fixture(autouse=True)\ndef cleaned_up(request):\n    yield\n"
        "    assert request.node.name != 'test_step_2_works_when_tried', 'a pod was left behind'\n",
    )
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert throwaway.lines("STATE") == ["1", "2"]
    result.stdout.fnmatch_lines(
        [
            "gate 1 holds; gate 2 is shut; gates 3 4 5 6 7 were not looked at",
            "gate 2: test_step_2_works_when_tried: a pod was left behind",
        ]
    )


@pytest.mark.parametrize(
    "looks_away",
    [
        "pytest.skip('no etcdctl here')",
        "pytest.xfail('no etcdctl here')",
        "pytest.importorskip('no_etcdctl_here')",
        "request.applymarker(pytest.mark.xfail(reason='no etcdctl here')); assert False",
        "request.applymarker(pytest.mark.xfail(reason='no etcdctl here', strict=False))",
    ],
)
@pytest.mark.parametrize("kind", ["change", "verify", "trial"])
def test_case_that_looks_away_shuts_its_gate(throwaway: Throwaway, looks_away: str, kind: str) -> None:
    throwaway.add_to(
        "runbook/test_3.py", f"\n@pytest.mark.{kind}\ndef test_the_third_thing_is_so(request): {looks_away}\n"
    )
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert throwaway.lines("STATE") == ["1", "2", "3"]
    (case,) = throwaway.cases("test_the_third_thing_is_so")
    (failure,) = case.findall("failure")
    assert "nothing was seen and the gate stays shut" in (failure.text or "")
    assert "etcdctl" in (failure.text or "")


@pytest.mark.parametrize(
    "body",
    [
        "return 1 == 2",
        "with subtests.test('one'): assert 1 == 2",
        "with subtests.test('one'): pytest.skip('not today')",
    ],
)
def test_check_that_fails_in_a_way_of_its_own_shuts_its_gate(throwaway: Throwaway, body: str) -> None:
    throwaway.add_to(
        "runbook/test_3.py",
        f"\n@pytest.mark.verify\ndef test_the_third_thing_is_so(subtests):\n    {body}\n",
    )
    assert throwaway.run().ret == pytest.ExitCode.TESTS_FAILED
    assert throwaway.lines("STATE") == ["1", "2", "3"]


def test_assertion_that_is_always_true_stops_everything(throwaway: Throwaway) -> None:
    throwaway.add_to(
        "runbook/test_3.py",
        "\n@pytest.mark.verify\ndef test_the_third_thing_is_so(): assert (1 == 2, 'never seen')\n",
    )
    assert throwaway.run().ret == pytest.ExitCode.INTERRUPTED
    assert not throwaway.exists("STATE")


def test_audit_is_red_where_a_check_looks_away(throwaway: Throwaway) -> None:
    throwaway.run()
    throwaway.add_to(
        "runbook/test_3.py",
        "\n@pytest.mark.verify\ndef test_the_third_thing_is_so(): pytest.skip('not today')\n",
    )
    result = throwaway.run("-m", "verify")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=28, failed=1)
    result.stdout.fnmatch_lines(["gates 1 2 hold; gate 3 is shut; gates 4 5 6 7 hold"])


@pytest.mark.parametrize("marker", ["skip", "xfail"])
def test_marker_put_on_after_the_look_at_them_does_not_open_a_gate(throwaway: Throwaway, marker: str) -> None:
    throwaway.add_to(
        "conftest.py",
        "\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_finish(session):\n"
        "    marked = [item for item in session.items if item.name == 'test_step_3_is_seen_by_all']\n"
        f"    marked[0].add_marker(pytest.mark.{marker}(reason='x'))\n",
    )
    assert throwaway.run().ret == pytest.ExitCode.TESTS_FAILED
    assert throwaway.lines("STATE") == ["1", "2", "3"]


@pytest.mark.parametrize("ending", ["pytest.exit('enough', returncode=0)", "request.session.shouldstop = 'enough'"])
def test_run_that_is_ended_early_is_never_green(throwaway: Throwaway, ending: str) -> None:
    throwaway.add_to("runbook/test_3.py", f"\n@pytest.mark.trial\ndef test_the_third_thing_is_so(request): {ending}\n")
    result = throwaway.run()
    assert result.ret != pytest.ExitCode.OK
    assert "3 masters stand" not in result.outlines
    result.stdout.fnmatch_lines(["gates 1 2*gates 4 5 6 7 were not looked at"])
    throwaway.report()
