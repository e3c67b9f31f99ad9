"""What a step's list of changes is used for: carried out in a change run, only looked at under --plan."""

import logging

import pytest

from changes import executor
from changes.batch import ToDo
from changes.observe import observe
from changes.step import CarryOut, MakeSo, StepFunction
from evidence.case import Case, Kind
from evidence.run import Mode
from gates.cases import describe
from gates.ledger import LEDGER, Ledger
from gates.options import ASKED
from gates.outcomes import PLANNED
from gates.progress import Progress, show_plan
from nodes.first_master import is_to_be_created
from nodes.hosts import Hosts

log = logging.getLogger("runbook")


@pytest.fixture
def carry_out(request: pytest.FixtureRequest, hosts: Hosts, make_so: MakeSo) -> CarryOut:
    """Observes afresh, makes the step's list, carries it out, and returns what is still not so."""
    item, config = request.node, request.config

    def go(changes: StepFunction) -> list[str]:
        if config.stash[ASKED].mode is Mode.PLAN and is_to_be_created(hosts.fleet, hosts.inventory, hosts.first_master):
            item.stash[PLANNED] = "planned once the cluster is there"
            log.info("step %s · %s", describe(item).place, item.stash[PLANNED])
            config.stash[LEDGER].unplanned.add(describe(item).step)
            return []
        return make_so(changes(observe(hosts), hosts.inventory))

    return go


@pytest.fixture
def make_so(request: pytest.FixtureRequest, hosts: Hosts) -> MakeSo:
    """Carries a list out, or under --plan only looks at it; returns what is still not so."""
    item, config = request.node, request.config
    case, ledger = describe(item), config.stash[LEDGER]
    if case.kind is not Kind.CHANGE:
        raise AssertionError(f"{case.name} is a {case.kind} case: give the change that it asks for its own case")

    def go(todo: ToDo) -> list[str]:
        if config.stash[ASKED].mode is Mode.PLAN:
            count = show_plan(case.place, executor.plan(todo, hosts))
            ledger.changes += count
            item.stash[PLANNED] = f"changes to make: {count}"
            return []
        return _execute(todo, hosts, case, ledger)

    return go


def _execute(todo: ToDo, hosts: Hosts, case: Case, ledger: Ledger) -> list[str]:
    progress = Progress(case.place)
    try:
        return executor.execute(todo, hosts, progress)
    finally:  # also when the operator stopped it: the last line says how many were made
        ledger.changes += progress.made
        progress.summary()
