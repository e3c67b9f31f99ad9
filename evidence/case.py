"""A case of the runbook and what came of it, as plain data."""

from dataclasses import dataclass
from enum import StrEnum

from evidence.place import Place


class Kind(StrEnum):
    """In the order in which a step's cases run."""

    CHANGE = "change"
    VERIFY = "verify"
    TRIAL = "trial"


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    HELD_BACK = "held back"  # a gate was shut, or the operator stopped the run
    PLANNED = "planned"  # a change case under --plan: looked at, nothing done
    NOT_RUN = "not run"  # left out, or the run ended before it


@dataclass(frozen=True)
class Case:
    """`name` is pytest's, with the nodes in brackets; `reason` is one line, empty for what passed.

    Without a `part` it belongs to its step as a whole.
    """

    step: int
    kind: Kind
    name: str
    outcome: Outcome = Outcome.NOT_RUN
    reason: str = ""
    part: int = 0

    @property
    def place(self) -> Place:
        return Place(self.step, self.part)
