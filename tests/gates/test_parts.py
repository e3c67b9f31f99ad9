"""Parts of a step: each has its change and its gate, and a run can stop behind it."""

import pytest

from tests.gates.throwaway import Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
COMMAND = "pytest runbook/ --nodes=nodes.yaml"
TWO_MEMBERS = "the new etcd has two members until step 2.4 is finished: from 2.3 on the loss of either stops all writes"


@pytest.fixture
def parts(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> Throwaway:
    """Step 2 has five parts and two cases of its own, for the step as a whole."""
    monkeypatch.setenv("ROAD", "mirror")
    throwaway.fork()
    return throwaway


def test_parts_run_in_order_each_with_its_gate_and_the_step_as_a_whole_comes_last(parts: Throwaway) -> None:
    assert parts.run("--to", "2").ret == pytest.ExitCode.OK
    order = [name.partition("[")[0] for name in parts.lines("ORDER")]
    assert [name for name in dict.fromkeys(order) if "step_1" not in name] == [
        *(
            f"test_part_{part}_{what}"
            for part in range(1, 6)
            for what in ("is_made", "is_seen_by_all", "is_seen_again", "works_when_tried")
        ),
        "test_step_2_is_seen_on_master",
        "test_step_2_is_seen_by_all",
        "test_step_2_works_when_tried",
    ]


def test_run_stops_behind_the_gate_of_a_part_and_goes_on_with_the_next(parts: Throwaway) -> None:
    result = parts.run("--to", "2.3")
    assert result.ret == pytest.ExitCode.OK
    assert parts.lines("STATE") == ["1", "2.1", "2.2", "2.3"]
    assert parts.lines("ORDER")[-1] == "test_part_3_works_when_tried"
    assert result.outlines[-5:] == [
        "gate 1 holds; gate 2 was looked at in part; gates 3 4 5 6 7 were not looked at",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        TWO_MEMBERS,
        "4 changes made",
        f"next: go on with step 2.4: {COMMAND}",
    ]
    assert parts.run().ret == pytest.ExitCode.OK
    assert parts.lines("STATE")[-7:] == ["2.4", "2.5", *"34567"]


@pytest.mark.parametrize("kind", ["verify", "trial"])
def test_failed_case_of_a_part_holds_back_the_next_part_but_not_its_sisters(parts: Throwaway, kind: str) -> None:
    parts.add_to(
        "runbook/test_2_parts.py",
        f'\n@pytest.mark.road("mirror")\n@pytest.mark.step(2, part=2)\n@pytest.mark.{kind}\n'
        "def test_the_data_is_all_there(): assert False, 'a key is missing'\n",
    )
    result = parts.run("--to", "2.4")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert parts.lines("STATE") == ["1", "2.1", "2.2"]
    result.assert_outcomes(passed=6 + 2 * 4, failed=1, skipped=2 * 4, deselected=1 + 4 + 5 + 5 * 6)
    assert {one.get("message") for one in parts.report().iter("skipped")} == {
        "gate closed: step 2.2: test_the_data_is_all_there failed"
    }
    assert result.outlines[-6:] == [
        "gate 1 holds; gate 2 is shut; gates 3 4 5 6 7 were not looked at",
        "gate 2.2: test_the_data_is_all_there: a key is missing",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        TWO_MEMBERS,
        "3 changes finished before that",
        f'next: see "What to do" at the failed case; the same command goes on from there: {COMMAND} --to 2.4',
    ]


def test_failed_part_holds_back_the_step_as_a_whole(parts: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_FAILS", "2.5")
    parts.run()
    assert not [name for name in parts.lines("STATE") if name > "2.5"]
    (case,) = parts.cases("test_step_2_is_seen_by_all")
    assert case.findall("skipped")


def test_failed_change_of_a_part_holds_back_its_own_gate(parts: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGE_FAILS", "2.3")
    result = parts.run()
    assert parts.lines("STATE") == ["1", "2.1", "2.2"]
    result.stdout.fnmatch_lines(["step 2.3 failed: test_part_3_is_made: RuntimeError: the connection was reset"])
    (case,) = parts.cases("test_part_3_is_seen_by_all")
    assert case.findall("skipped")


def test_plan_names_the_part_and_may_be_narrowed_to_it(parts: Throwaway) -> None:
    parts.run("--to", "2.1")
    result = parts.run("--plan", "--to", "2.2")
    result.stdout.fnmatch_lines(["??:??:?? step 2.2 · would change: the file STATE"])
    assert result.outlines[-1] == f"1 change; run without --plan to make it: {COMMAND} --to 2.2"
    assert parts.run("--plan", "--to", "2.1").outlines[-1] == "nothing to change up to step 2.1"


def test_progress_names_the_part(connected: Throwaway) -> None:
    connected.replace("runbook/test_2.py", "step(2)", "step(2, part=1)")
    connected.run("--to", "2.1").stdout.fnmatch_lines(
        ["??:??:?? step 2.1 · wudang: file-2.1-a … done in 0.? s", "??:??:?? step 2.1 · changes made: 2; so already: 0"]
    )


def test_fixtures_that_ask_how_far_the_run_goes_get_the_step(parts: Throwaway) -> None:
    parts.add_to(
        "runbook/test_1.py",
        "\n@pytest.mark.change\ndef test_nothing_stands_in_the_way(pytestconfig):\n"
        "    assert int(pytestconfig.getoption('to') or 7) == 2\n",
    )
    assert parts.run("--to", "2.3").ret == pytest.ExitCode.OK


@pytest.mark.parametrize("more", [(), ("--plan",), ("-m", "verify")], ids=["change run", "plan", "audit"])
@pytest.mark.parametrize(
    ("to", "because"),
    [
        ("2.9", "--to 2.9: step 2 has the parts 2.1 to 2.5: write one of them, or --to 2"),
        ("3.1", "--to 3.1: with `etcd: mirror` step 3 has no parts: write --to 3"),
        ("8.1", "--to 8.1: there is no such step: write a number from 1 to 7, or a part of one, such as 2.3"),
        ("2.0", "there is no such step"),
        ("2.", "there is no such step"),
        ("2.x", "there is no such step"),
        ("2.1.1", "there is no such step"),
    ],
)
def test_part_that_there_is_not_is_refused(parts: Throwaway, more: tuple[str, ...], to: str, because: str) -> None:
    parts.refused(*RUN, *more, "--to", to, because=because)


def test_part_of_the_other_road_is_refused(parts: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROAD", "grow")
    parts.refused(*RUN, "--to", "2.3", because="--to 2.3: with `etcd: grow` step 2 has no parts: write --to 2")


@pytest.mark.parametrize(
    ("text", "instead", "because"),
    [
        ("@pytest.mark.change\ndef test_part_3", "@pytest.mark.trial\ndef test_part_3", "step 2.3 has no change case"),
        ("step(2, part=3)", "step(2, part=7)", "step 2.3 has no change case"),
        ("part=3)", "part=0)", "is of no part of its step: write pytest.mark.step(2, part=N), N from 1"),
        ("part=3)", "part='3')", "is of no part of its step"),
        ("part=3)", "prat=3)", "is of no part of its step"),
    ],
)
def test_part_that_no_gate_can_count_on_is_refused(parts: Throwaway, text: str, instead: str, because: str) -> None:
    parts.replace("runbook/test_2_parts.py", text, instead)
    parts.refused(*RUN, because=because)
