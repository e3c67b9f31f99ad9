"""One run of the runbook, as plain data: what was asked for and every case with its outcome."""

from dataclasses import dataclass
from enum import StrEnum

from evidence.case import Case, Kind
from evidence.place import Place
from evidence.road import Road

FIRST_STEP, LAST_STEP = 1, 7
END = Place(LAST_STEP)


class Mode(StrEnum):
    """The value is what a ticket reads."""

    CHANGE = "change run"
    PLAN = "plan: nothing was changed"
    AUDIT = "audit: reads only"


@dataclass(frozen=True)
class Run:
    """
    masters  how many nodes.yaml names
    command  the line that starts a whole change run: `pytest runbook/ --nodes=nodes.yaml`
    road     which of the roads nodes.yaml takes
    to       the last place asked for
    cases    every case on that road, also those that this run left out
    changes  how many were made; under --plan, how many would be
    unplanned  under --plan, the steps of which nothing is known before step 1 has made the cluster
    """

    mode: Mode
    masters: int
    command: str
    road: Road
    to: Place
    cases: tuple[Case, ...]
    changes: int = 0
    unplanned: tuple[int, ...] = ()

    @property
    def looked_at(self) -> tuple[Case, ...]:
        """The cases that this kind of run is made of: an audit has no changes and no trials."""
        if self.mode is Mode.AUDIT:
            return tuple(case for case in self.cases if case.kind is Kind.VERIFY)
        if self.mode is Mode.PLAN:
            return tuple(case for case in self.cases if case.kind is Kind.CHANGE and case.place <= self.to)
        return tuple(case for case in self.cases if case.place <= self.to)
