"""The audit sees each of tests/defects/ in exactly the cases that it names, and of a healthy cluster it says so."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.rounds import rounds
from rehearsal.runs import CHECKOUT, Run, runbook
from rehearsal.seeding import seeded
from tests.defects import DEFECTS, Defect

AUDITS_IN_A_ROW = 20


@pytest.fixture
def inventory(request: pytest.FixtureRequest) -> Iterator[Path]:
    """nodes.yaml, or what the defects leave of it, beside it."""
    defects: tuple[Defect, ...] = request.getfixturevalue("defects")
    missing = [defect.without for defect in defects if defect.without]
    original = CHECKOUT / "nodes.yaml"
    if not missing:
        yield original
        return
    changed = original.with_name("nodes-with-a-defect.yaml")
    document = yaml.safe_load(original.read_text())
    for part in missing:
        del document[part]
    changed.write_text(yaml.safe_dump(document, sort_keys=False))
    yield changed
    changed.unlink()


@pytest.fixture(scope="module")
def before(view: Hosts) -> set[str]:
    """What stood on every host's disk before the first defect."""
    return cluster.files(view)


def id_of(defects: tuple[Defect, ...]) -> str:
    return ";".join(map(str, defects)).replace(" ", "_")


@pytest.mark.parametrize("defects", rounds(DEFECTS, cluster.NODES), ids=id_of)
def test_defect_is_red_where_it_says_and_nowhere_else(
    defects: tuple[Defect, ...], inventory: Path, view: Hosts, before: set[str]
) -> None:
    """That the defects before these were healed is seen here too: none of their cases is red any more."""
    cluster.settled(view)
    began = time.monotonic()
    with seeded(view, defects):
        seen = time.monotonic()
        run = runbook("-m", "verify", nodes=inventory)
        looked = time.monotonic()
    healed = time.monotonic()
    print(f"  seeded in {seen - began:.1f} s, seen in {looked - seen:.1f} s, healed in {healed - looked:.1f} s")
    found = {case.name: " ".join(case.text.split())[:160] for case in run.of("failed") + run.of("error")}
    for defect in defects:
        print(f"  {defect}: {len(defect.red)} red")
        for name in defect.red:
            print(f"    {name}: {found.get(name, 'NOT RED')}")
    wanted = {name for defect in defects for name in defect.red}
    perhaps = {name for defect in defects for name in defect.perhaps}
    assert run.status == 1, run.told
    faults = {"not red": sorted(wanted - set(found)), "red besides": sorted(set(found) - wanted - perhaps)}
    assert not any(faults.values()), f"{faults}\n{run.told}"


def test_whole_audit_is_green_when_all_is_healed_and_every_file_is_as_it_was(before: set[str], view: Hosts) -> None:
    run = runbook("-m", "verify")
    assert run.status == 0, run.told
    assert cluster.files(view) == before


def test_healthy_cluster_is_never_red() -> None:
    """A gate that flickers is soon believed no more."""
    seconds = []
    for number in range(1, AUDITS_IN_A_ROW + 1):
        run = runbook("-m", "verify")
        assert run.status == 0, f"audit {number}: {sorted(red(run))}\n{run.told}"
        seconds.append(run.seconds)
        print(f"  audit {number} of {AUDITS_IN_A_ROW}: green in {run.seconds:.1f} s", flush=True)
    print(f"  {min(seconds):.1f} to {max(seconds):.1f} s")


def red(run: Run) -> set[str]:
    return {case.name for case in run.of("failed") + run.of("error")}
