"""The last lines of a run: which gates hold, whether the masters stand, what to run next.

Nothing here may claim more than the run has seen: it is what people read before they close the change window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from evidence.case import Case, Kind, Outcome
from evidence.gate import Gate, State, gates
from evidence.place import Place
from evidence.road import LEFT, NARROWS
from evidence.run import END, FIRST_STEP, Mode, Run

# With these three a master has a voting etcd member, an apiserver and controllers that pass their checks.
MASTERS_TAKE = (2, 3, 4)


def closing_lines(run: Run) -> list[str]:
    """What the terminal shows below everything else; the last line is what a hurried reader takes along."""
    if run.mode is Mode.PLAN:
        return _plan(run)
    found = gates(run)
    lines = [_summary(found), *_details(run, found), _masters(run, found)]
    return lines + (_audit(run, found) if run.mode is Mode.AUDIT else _change_run(run))


def _summary(found: list[Gate]) -> str:
    # groupby puts neighbours alone together, so that the line reads in the order of the steps
    return "; ".join(_clause([gate.step for gate in group], state) for state, group in groupby(found, _state))


def _state(gate: Gate) -> State:
    return gate.state


def _clause(steps: list[int], state: State) -> str:
    plural = {State.HOLDS: "hold", State.SHUT: "are shut"}.get(state, state.replace("was", "were"))
    return f"{_numbers(steps)} {state if len(steps) == 1 else plural}"


def _numbers(steps: Iterable[int]) -> str:
    numbers = list(map(str, steps))
    return ("gate " if len(numbers) == 1 else "gates ") + " ".join(numbers)


def _details(run: Run, found: list[Gate]) -> list[str]:
    changes = [case for case in _failed(run) if case.kind is Kind.CHANGE]
    return [f"step {case.place} failed: {_told([case])}" for case in changes] + [
        f"gate {place}: {_told(list(failed))}"
        for gate in found
        for place, failed in groupby(sorted(gate.failed, key=_place), _place)
    ]


def _place(case: Case) -> Place:
    return case.place


def _told(failed: Sequence[Case]) -> str:
    first, *others = failed
    more = f" (and {len(others)} more)" if others else ""
    return f"{first.name}{more}: {first.reason}"


def _masters(run: Run, found: list[Gate]) -> str:
    if all(gate.state is State.HOLDS for gate in found if gate.step in MASTERS_TAKE):
        return f"{run.masters} masters stand"
    return f"not shown that {run.masters} masters stand: that takes {_numbers(MASTERS_TAKE)}"


def _change_run(run: Run) -> list[str]:
    complete = _is_complete(run)
    left = [LEFT[run.road]] if complete and run.to == END and run.road in LEFT else []
    again = f"{run.command}{_narrowed(run)}"
    if _failed(run):
        todo = f'see "What to do" at the failed case; the same command goes on from there: {again}'
    elif not complete:
        todo = f"the run ended early; the same command goes on from there: {again}"
    elif run.to < END:
        todo = f"go on with {_following(run)}: {run.command}"
    else:
        todo = f"the audit, every night from now on: {run.command} -m verify"
    return [*_in_the_narrows(run), *left, _made(run.changes, complete), f"next: {todo}"]


def _is_complete(run: Run) -> bool:
    """Whether every gate up to the place asked for holds; of a step that is left inside, the gates of its parts."""
    asked_for = gates(replace(run, cases=run.looked_at))[: run.to.step]
    return not _failed(run) and all(gate.state is State.HOLDS for gate in asked_for)


def _narrowed(run: Run) -> str:
    return f" --to {run.to}" if run.to < END else ""


def _following(run: Run) -> str:
    left = [case.place for case in run.cases if case.step == run.to.step and case.place > run.to]
    if not left:
        return f"step {run.to.step + 1}"
    return f"step {min(left)}" if min(left).part else f"the rest of step {run.to.step}"


def _in_the_narrows(run: Run) -> list[str]:
    """Said when the narrows were entered and not left: a case failed there, or the run ended before their end did."""
    narrows = NARROWS[run.road]
    cases = [case for case in run.looked_at if narrows.first <= case.place <= narrows.last]
    failed = any(case.outcome is Outcome.FAILED for case in cases)
    entered = all(case.outcome is Outcome.PASSED for case in run.looked_at if case.place < narrows.first)
    cut_off = any(case.kind is Kind.CHANGE and case.outcome is Outcome.NOT_RUN for case in cases)
    stopped_inside = narrows.first <= run.to < narrows.last
    return [narrows.told] if failed or (entered and (cut_off or stopped_inside)) else []


def _made(changes: int, complete: bool) -> str:
    counted = _count(changes, "change") if changes else "no change was"
    if complete:
        return f"{counted} made" if changes else f"{counted} needed"
    return f"{counted} finished before that"  # the one that failed may be half done: it is not counted


def _audit(run: Run, found: list[Gate]) -> list[str]:
    ran = [case for case in run.looked_at if case.outcome in (Outcome.PASSED, Outcome.FAILED)]
    if len(ran) < len(run.looked_at):
        partial = f"partial: {len(ran)} of {len(run.looked_at)} checks"
        return [f"next: the whole audit: {run.command} -m verify", partial]
    if all(gate.state is State.HOLDS for gate in found):
        return [f"next: nothing to do; all {len(ran)} checks passed"]
    return [f'next: see "What to do" at each failed case; what a change run would do: {run.command} --plan']


def _plan(run: Run) -> list[str]:
    narrowed = _narrowed(run)
    told = [f"step {case.place}: {_told([case])}" for case in _failed(run)]
    if any(case.outcome is not Outcome.PLANNED for case in run.looked_at):
        return [*told, "the plan is not complete; nothing was changed"]
    if not run.changes and not run.unplanned:
        return ["nothing to change" + (f" up to step {run.to}" if narrowed else "")]
    later = [f"{_steps(run.unplanned)} planned once the cluster is there"] if run.unplanned else []
    if not run.changes:
        return [*later, f"no change before that; run without --plan to go on: {run.command}{narrowed}"]
    them = "it" if run.changes == 1 else "them"
    return [*later, f"{_count(run.changes, 'change')}; run without --plan to make {them}: {run.command}{narrowed}"]


def _steps(steps: Sequence[int]) -> str:
    """The steps beyond the one that makes the cluster."""
    later = [step for step in steps if step > FIRST_STEP]
    if not later:
        return "the note of step 1 is"
    return f"step {later[0]} is" if len(later) == 1 else f"steps {later[0]} to {later[-1]} are"


def _failed(run: Run) -> list[Case]:
    return [case for case in run.looked_at if case.outcome is Outcome.FAILED]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
