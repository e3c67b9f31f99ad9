"""Every case of this run with what came of it, and how many changes there were."""

from dataclasses import replace

import pytest

from evidence.case import Case, Outcome
from gates.cases import describe

# A later word on the same case (its teardown after its call) may make it worse, never better.
WORSE = [Outcome.NOT_RUN, Outcome.PASSED, Outcome.PLANNED, Outcome.HELD_BACK, Outcome.FAILED]


class Ledger:
    """`changes` are those made, or under --plan those that would be; `unplanned` the steps that no plan is made of."""

    def __init__(self) -> None:
        self.changes = 0
        self.unplanned: set[int] = set()
        self._cases: dict[str, Case] = {}

    def write(self, item: pytest.Item, outcome: Outcome, reason: str = "") -> None:
        before = self.of(item)
        if WORSE.index(outcome) > WORSE.index(before.outcome):
            self._cases[item.nodeid] = replace(before, outcome=outcome, reason=reason)

    def of(self, item: pytest.Item) -> Case:
        return self._cases.get(item.nodeid) or describe(item)

    def with_outcome(self, outcome: Outcome) -> list[Case]:
        """In the order in which they ran."""
        return [case for case in self._cases.values() if case.outcome is outcome]


LEDGER = pytest.StashKey[Ledger]()
