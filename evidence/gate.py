"""What a run showed of each gate. A gate holds only when every one of its cases ran and passed."""

from dataclasses import dataclass
from enum import StrEnum

from evidence.case import Case, Kind, Outcome
from evidence.run import FIRST_STEP, LAST_STEP, Mode, Run


class State(StrEnum):
    HOLDS = "holds"
    SHUT = "is shut"
    IN_PART = "was looked at in part"
    UNSEEN = "was not looked at"


@dataclass(frozen=True)
class Gate:
    step: int
    state: State
    failed: tuple[Case, ...] = ()


def gates(run: Run) -> list[Gate]:
    """One for each step, in order. An audit's gates are made of checks: trials run in change runs only."""
    kinds = {Kind.VERIFY} if run.mode is Mode.AUDIT else {Kind.VERIFY, Kind.TRIAL}
    return [
        _gate(step, tuple(case for case in run.cases if case.step == step and case.kind in kinds))
        for step in range(FIRST_STEP, LAST_STEP + 1)
    ]


def _gate(step: int, cases: tuple[Case, ...]) -> Gate:
    failed = tuple(case for case in cases if case.outcome is Outcome.FAILED)
    passed = [case for case in cases if case.outcome is Outcome.PASSED]
    if failed:
        return Gate(step, State.SHUT, failed)
    if not passed:
        return Gate(step, State.UNSEEN)
    return Gate(step, State.HOLDS if len(passed) == len(cases) else State.IN_PART)
