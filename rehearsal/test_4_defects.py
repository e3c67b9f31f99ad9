"""Each check turns red for what it is there to see, and green again when that is mended."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from nodes.hosts import Hosts
from rehearsal.defects import DEFECTS, Defect
from rehearsal.runs import CHECKOUT, Run, runbook

# A lease outlives its kubelet by 40 s; what was stopped needs a moment to be there again.
RED_WITHIN_SECONDS = 100
GREEN_WITHIN_SECONDS = 120


@pytest.fixture
def inventory(request: pytest.FixtureRequest) -> Iterator[Path]:
    """nodes.yaml, or what the defect leaves of it, beside it."""
    defect: Defect = request.getfixturevalue("defect")
    original = CHECKOUT / "nodes.yaml"
    if not defect.without:
        yield original
        return
    changed = original.with_name("nodes-with-a-defect.yaml")
    document = yaml.safe_load(original.read_text())
    del document[defect.without]
    changed.write_text(yaml.safe_dump(document))
    yield changed
    changed.unlink()


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_defect_is_seen_and_its_mending_too(defect: Defect, inventory: Path, view: Hosts) -> None:
    began = time.monotonic()
    try:
        _do(view, defect.seed)
        run = _until(lambda run: set(defect.cases) <= _red(run), defect, inventory, RED_WITHIN_SECONDS)
        assert run.status == 1, run.output
        assert set(defect.cases) <= _red(run), f"not red: {set(defect.cases) - _red(run)}\n{run.output}"
        for case in run.of("failed"):
            if case.name in defect.cases:
                print(f"  {case.name}: {case.text.strip().splitlines()[0][:150]}")
    finally:
        _do(view, defect.heal)
    if not defect.without:
        run = _until(lambda run: run.status == 0, defect, inventory, GREEN_WITHIN_SECONDS)
        assert run.status == 0, f"still red after it was mended: {_red(run)}\n{run.output}"
    print(f"  {defect}: seen and mended in {time.monotonic() - began:.0f} s")


def test_whole_audit_is_green_when_all_is_mended() -> None:
    run = runbook("-m", "verify")
    assert run.status == 0, run.output


def _do(view: Hosts, deeds: tuple[tuple[str, str], ...]) -> None:
    for node, shell in deeds:
        view.fleet[node].check(shell, deadline=150)


def _red(run: Run) -> set[str]:
    return {case.name for case in run.of("failed")}


def _until(reached: Callable[[Run], bool], defect: Defect, inventory: Path, seconds: float) -> Run:
    """Audits of the defect's checks alone, until one is as it should be, or the time is over: the last one."""
    deadline = time.monotonic() + seconds
    while True:
        run = runbook("-m", "verify", "-k", " or ".join(defect.functions), nodes=inventory)
        if reached(run) or time.monotonic() > deadline:
            return run
        time.sleep(1)
