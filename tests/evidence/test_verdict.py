"""The last lines of a run say what it has seen and no more."""

from dataclasses import replace

import pytest

from evidence.case import Case, Kind, Outcome
from evidence.gate import State, gates
from evidence.place import Place
from evidence.road import LEFT, Road
from evidence.run import END, Mode, Run
from evidence.verdict import closing_lines

COMMAND = "pytest runbook/ --nodes=nodes.yaml"
KINDS = (Kind.CHANGE, Kind.VERIFY, Kind.TRIAL)
WHOLE = tuple(Case(step, kind, f"test_{kind}_{step}", Outcome.PASSED) for step in range(1, 8) for kind in KINDS)


def run(mode: Mode = Mode.CHANGE, *, to: int = 7, changes: int = 0, **outcomes: Outcome) -> Run:
    """Every case passed but those that `outcomes` names: verify_3=Outcome.FAILED."""
    cases = tuple(
        replace(case, outcome=outcome, reason="saw smoke") if (outcome := outcomes.get(_key(case))) else case
        for case in WHOLE
    )
    return Run(mode=mode, masters=3, command=COMMAND, road=Road.GROW, to=Place(to), cases=cases, changes=changes)


def from_step(first: int, outcome: Outcome) -> dict[str, Outcome]:
    return {_key(case): outcome for case in WHOLE if case.step >= first}


def _key(case: Case) -> str:
    return f"{case.kind}_{case.step}"


def test_whole_conversion() -> None:
    assert closing_lines(run(changes=57)) == [
        "gates 1 2 3 4 5 6 7 hold",
        "3 masters stand",
        "57 changes made",
        f"next: the audit, every night from now on: {COMMAND} -m verify",
    ]


def test_conversion_that_found_nothing_to_do() -> None:
    assert "no change was needed" in closing_lines(run())


def test_shut_gate_is_named_with_its_case_and_reason() -> None:
    held_back = from_step(5, Outcome.HELD_BACK)
    lines = closing_lines(run(verify_4=Outcome.FAILED, trial_4=Outcome.FAILED, changes=40, **held_back))
    assert lines == [
        "gates 1 2 3 hold; gate 4 is shut; gates 5 6 7 were not looked at",
        "gate 4: test_verify_4 (and 1 more): saw smoke",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        "40 changes finished before that",
        f'next: see "What to do" at the failed case; the same command goes on from there: {COMMAND}',
    ]


def test_masters_stand_behind_gates_two_three_and_four() -> None:
    lines = closing_lines(run(verify_5=Outcome.FAILED, changes=1, **from_step(6, Outcome.HELD_BACK)))
    assert lines[0] == "gates 1 2 3 4 hold; gate 5 is shut; gates 6 7 were not looked at"
    assert "3 masters stand" in lines


@pytest.mark.parametrize("step", [2, 3, 4])
@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
@pytest.mark.parametrize("kind", ["verify", "trial"])
def test_masters_stand_only_when_every_case_of_those_gates_passed(step: int, outcome: Outcome, kind: str) -> None:
    lines = closing_lines(run(**{f"{kind}_{step}": outcome}))
    assert "3 masters stand" not in lines
    assert "not shown that 3 masters stand: that takes gates 2 3 4" in lines


def test_gate_without_any_case_does_not_hold() -> None:
    whole = run()
    without = replace(whole, cases=tuple(case for case in whole.cases if case.step != 3))
    assert gates(without)[2].state is State.UNSEEN
    assert "3 masters stand" not in closing_lines(without)


def test_failed_change_is_named_and_its_gate_was_not_looked_at() -> None:
    lines = closing_lines(run(**{**from_step(2, Outcome.HELD_BACK), "change_2": Outcome.FAILED}))
    assert lines[:2] == [
        "gate 1 holds; gates 2 3 4 5 6 7 were not looked at",
        "step 2 failed: test_change_2: saw smoke",
    ]
    assert "no change was finished before that" in lines


def test_narrowed_conversion_goes_on_with_the_next_step() -> None:
    assert closing_lines(run(to=3, changes=2, **from_step(4, Outcome.NOT_RUN))) == [
        "gates 1 2 3 hold; gates 4 5 6 7 were not looked at",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        "2 changes made",
        f"next: go on with step 4: {COMMAND}",
    ]


def test_narrowed_conversion_that_failed_keeps_its_end() -> None:
    lines = closing_lines(run(to=3, verify_3=Outcome.FAILED, **from_step(4, Outcome.NOT_RUN)))
    assert lines[-1].endswith(f"{COMMAND} --to 3")


def test_conversion_that_was_broken_off_says_so() -> None:
    lines = closing_lines(run(trial_3=Outcome.NOT_RUN, changes=1, **from_step(4, Outcome.NOT_RUN)))
    assert lines[0] == "gates 1 2 hold; gate 3 was looked at in part; gates 4 5 6 7 were not looked at"
    assert lines[-2:] == [
        "1 change finished before that",
        f"next: the run ended early; the same command goes on from there: {COMMAND}",
    ]


TWO_VOTERS = "etcd may have two voters now: until step 2 is finished, the loss of either stops all writes"


@pytest.mark.parametrize(
    "outcomes",
    [
        {**from_step(2, Outcome.HELD_BACK), "change_2": Outcome.FAILED},
        {**from_step(3, Outcome.HELD_BACK), "verify_2": Outcome.FAILED},
        {**from_step(3, Outcome.HELD_BACK), "trial_2": Outcome.FAILED},
        from_step(2, Outcome.NOT_RUN),
    ],
    ids=["change failed", "check failed", "trial failed", "ended inside it"],
)
def test_unfinished_step_two_says_what_may_be_left_of_etcd(outcomes: dict[str, Outcome]) -> None:
    assert TWO_VOTERS in closing_lines(run(changes=9, **outcomes))


@pytest.mark.parametrize(
    "outcomes",
    [
        {},
        {**from_step(2, Outcome.HELD_BACK), "change_1": Outcome.FAILED},
        {**from_step(2, Outcome.NOT_RUN), "verify_1": Outcome.NOT_RUN},
        {**from_step(3, Outcome.HELD_BACK), "change_3": Outcome.FAILED},
    ],
    ids=["all well", "never begun", "ended before it", "a later step"],
)
def test_finished_step_two_or_one_not_begun_says_nothing_of_it(outcomes: dict[str, Outcome]) -> None:
    assert TWO_VOTERS not in closing_lines(run(**outcomes))


def test_neither_a_run_up_to_step_one_nor_an_audit_speaks_of_two_voters() -> None:
    assert TWO_VOTERS not in closing_lines(run(to=1, **from_step(2, Outcome.NOT_RUN)))
    assert TWO_VOTERS not in closing_lines(audit(verify_2=Outcome.FAILED))


PARTS = tuple(
    Case(2, kind, f"test_{kind}_2_{part}", Outcome.PASSED, part=part) for part in range(1, 6) for kind in KINDS
)
ITS_OWN = tuple(case for case in WHOLE if (case.step, case.kind) != (2, Kind.CHANGE))
TWO_MEMBERS = "the new etcd has two members until step 2.4 is finished: from 2.3 on the loss of either stops all writes"


def mirrored(to: Place = END, *, red: str = "", over_before: Place | None = None) -> Run:
    """Step 2 in five parts. All passed up to `to`, or to the case `red`, which failed and held back what is later."""
    cases = (*PARTS, *ITS_OWN)
    shut = next((case.place for case in cases if case.name == red), END)

    def outcome(case: Case) -> Outcome:
        if case.place > to or (over_before and case.place >= over_before):
            return Outcome.NOT_RUN
        if case.name == red:
            return Outcome.FAILED
        return Outcome.HELD_BACK if case.place > shut else Outcome.PASSED

    cases = tuple(replace(case, outcome=outcome(case), reason="saw smoke") for case in cases)
    return Run(mode=Mode.CHANGE, masters=3, command=COMMAND, road=Road.MIRROR, to=to, cases=cases)


def test_parts_belong_to_the_gate_of_their_step() -> None:
    assert closing_lines(mirrored())[:2] == ["gates 1 2 3 4 5 6 7 hold", "3 masters stand"]


@pytest.mark.parametrize(
    ("to", "following"),
    [
        (Place(1), "step 2"),
        (Place(2, 1), "step 2.2"),
        (Place(2, 4), "step 2.5"),
        (Place(2, 5), "the rest of step 2"),
        (Place(2), "step 3"),
    ],
    ids=str,
)
def test_run_up_to_a_part_goes_on_with_the_next(to: Place, following: str) -> None:
    assert closing_lines(mirrored(to))[-2:] == ["no change was needed", f"next: go on with {following}: {COMMAND}"]


def test_finished_run_names_what_is_left_of_the_old_etcd() -> None:
    assert LEFT[Road.MIRROR] in closing_lines(mirrored())
    for unfinished in (mirrored(Place(2)), mirrored(red=ITS_OWN[0].name), mirrored(over_before=Place(3))):
        assert LEFT[Road.MIRROR] not in closing_lines(unfinished)


@pytest.mark.parametrize("part", range(1, 6))
def test_gate_of_a_step_does_not_hold_while_a_part_is_to_come(part: int) -> None:
    run = mirrored(Place(2, part))
    assert gates(run)[1].state is State.IN_PART
    assert "3 masters stand" not in closing_lines(run)


def test_shut_gate_of_a_part_is_named_and_keeps_where_the_run_was_to_stop() -> None:
    lines = closing_lines(mirrored(Place(2, 3), red="test_verify_2_2"))
    assert lines[0] == "gate 1 holds; gate 2 is shut; gates 3 4 5 6 7 were not looked at"
    assert lines[1] == "gate 2.2: test_verify_2_2: saw smoke"
    assert lines[-1].endswith(f"{COMMAND} --to 2.3")


def test_audit_names_each_part_with_what_it_saw() -> None:
    failed = [replace(case, outcome=Outcome.FAILED, reason="saw smoke") for case in (*ITS_OWN, *PARTS)]
    lines = closing_lines(replace(mirrored(), mode=Mode.AUDIT, cases=tuple(failed)))
    assert lines[2:4] == ["gate 2.1: test_verify_2_1: saw smoke", "gate 2.2: test_verify_2_2: saw smoke"]
    assert lines[6:8] == ["gate 2.5: test_verify_2_5: saw smoke", "gate 2: test_verify_2: saw smoke"]


@pytest.mark.parametrize(
    "run",
    [
        mirrored(Place(2, 1)),
        mirrored(Place(2, 3)),
        mirrored(red="test_change_2_1"),
        mirrored(red="test_trial_2_3"),
        mirrored(over_before=Place(2, 4)),
    ],
    ids=["stopped behind 2.1", "stopped behind 2.3", "change failed", "trial failed", "ended inside it"],
)
def test_new_etcd_of_two_members_is_spoken_of(run: Run) -> None:
    assert TWO_MEMBERS in closing_lines(run)


@pytest.mark.parametrize(
    "run",
    [
        mirrored(Place(1)),
        mirrored(Place(2, 3), red="test_verify_1"),
        mirrored(Place(2, 4)),
        mirrored(red="test_change_2_5"),
        mirrored(red="test_verify_3"),
        mirrored(),
    ],
    ids=["stopped before it", "never begun", "three by now", "failed with three", "a later step", "all well"],
)
def test_etcd_of_three_members_or_of_one_is_not(run: Run) -> None:
    lines = closing_lines(run)
    assert TWO_MEMBERS not in lines
    assert TWO_VOTERS not in lines


def audit(**outcomes: Outcome) -> Run:
    not_of_it = {_key(case): Outcome.NOT_RUN for case in WHOLE if case.kind is not Kind.VERIFY}
    return run(Mode.AUDIT, **{**not_of_it, **outcomes})


def test_audit_holds_gates_by_their_checks_alone() -> None:
    assert closing_lines(audit()) == [
        "gates 1 2 3 4 5 6 7 hold",
        "3 masters stand",
        "next: nothing to do; all 7 checks passed",
    ]


def test_audit_names_each_shut_gate_and_suggests_the_plan() -> None:
    assert closing_lines(audit(verify_2=Outcome.FAILED, verify_6=Outcome.FAILED)) == [
        "gate 1 holds; gate 2 is shut; gates 3 4 5 hold; gate 6 is shut; gate 7 holds",
        "gate 2: test_verify_2: saw smoke",
        "gate 6: test_verify_6: saw smoke",
        "not shown that 3 masters stand: that takes gates 2 3 4",
        f'next: see "What to do" at each failed case; what a change run would do: {COMMAND} --plan',
    ]


def test_partial_audit_ends_with_what_part_it_was() -> None:
    left_out = {f"verify_{step}": Outcome.NOT_RUN for step in (1, 2, 3, 4)}
    assert closing_lines(audit(**left_out))[-2:] == [
        f"next: the whole audit: {COMMAND} -m verify",
        "partial: 3 of 7 checks",
    ]


def plan(outcome: Outcome = Outcome.PLANNED, *, to: int = 7, changes: int = 0, **outcomes: Outcome) -> Run:
    cases = {_key(case): outcome if case.kind is Kind.CHANGE else Outcome.NOT_RUN for case in WHOLE}
    return run(Mode.PLAN, to=to, changes=changes, **{**cases, **outcomes})


def test_plan_counts_changes_or_says_that_there_are_none() -> None:
    assert closing_lines(plan()) == ["nothing to change"]
    assert closing_lines(plan(to=3)) == ["nothing to change up to step 3"]
    assert closing_lines(plan(changes=9)) == [f"9 changes; run without --plan to make them: {COMMAND}"]
    assert closing_lines(plan(changes=1, to=3)) == [f"1 change; run without --plan to make it: {COMMAND} --to 3"]


@pytest.mark.parametrize(
    ("to", "unplanned", "told"),
    [
        (7, (1, 2, 3, 4, 5, 6, 7), "steps 2 to 7 are planned once the cluster is there"),
        (2, (1, 2), "step 2 is planned once the cluster is there"),
        (1, (1,), "the note of step 1 is planned once the cluster is there"),
    ],
)
def test_plan_of_no_cluster_says_what_it_leaves_out(to: int, unplanned: tuple[int, ...], told: str) -> None:
    narrowed = f" --to {to}" if to < 7 else ""
    some = replace(plan(to=to, changes=9), unplanned=unplanned)
    assert closing_lines(some) == [told, f"9 changes; run without --plan to make them: {COMMAND}{narrowed}"]
    none = replace(plan(to=to), unplanned=unplanned)
    assert closing_lines(none) == [told, f"no change before that; run without --plan to go on: {COMMAND}{narrowed}"]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_RUN, Outcome.HELD_BACK, Outcome.PASSED])
def test_plan_that_did_not_look_at_everything_promises_nothing(outcome: Outcome) -> None:
    lines = closing_lines(plan(change_3=outcome))
    assert lines[-1] == "the plan is not complete; nothing was changed"
    if outcome is Outcome.FAILED:
        assert lines[0] == "step 3: test_change_3: saw smoke"
