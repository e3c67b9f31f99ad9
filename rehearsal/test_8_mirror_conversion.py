"""The other road for etcd with nobody in its way: its plan, what it costs the clients, what its report carries."""

from pathlib import Path

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.prober import Count, asked_everywhere, conversion_beside, unexpected
from rehearsal.runs import Run, green, runbook

PARTS = range(1, 6)
OUTAGES = 2

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.fixture(scope="module")
def conversion(view: Hosts, nodes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[Count]]:
    return conversion_beside(view, tmp_path_factory.mktemp("prober"), nodes)


def test_plan_lists_every_part_and_writes_nothing(nodes: Path, view: Hosts) -> None:
    before = cluster.files(view), cluster.processes(view)
    plan = runbook("--plan", nodes=nodes)
    assert plan.status == 0, plan.told
    assert [part for part in PARTS if f"step 2.{part} · would change" not in plan.output] == []
    assert "PRIVATE KEY" not in plan.output
    assert (cluster.files(view), cluster.processes(view)) == before


def test_conversion_ends_green(conversion: tuple[Run, list[Count]]) -> None:
    run, _ = conversion
    green(run)
    print(f"{len(run.cases)} cases, {run.seconds:.0f} s in all")
    assert "3 masters stand" in run.output
    assert "kept beside the new one: the old etcd's database" in run.output


def test_clients_are_without_the_api_twice_and_never_through_the_balancer(
    conversion: tuple[Run, list[Count]],
) -> None:
    """How long each time is printed, and no verdict: a slow machine would turn it red."""
    _, counts = conversion
    asked_everywhere(counts)
    assert [loss for count in counts for loss in unexpected(count, OUTAGES)] == []


def test_report_has_a_case_for_each_part_and_what_a_ticket_needs(conversion: tuple[Run, list[Count]]) -> None:
    run, _ = conversion
    modules = {case.module.rpartition(".")[2] for case in run.cases}
    assert [part for part in PARTS if not any(name.startswith(f"test_2_{part}_") for name in modules)] == []
    assert run.properties["ticket"] == "CHG0042"
    assert run.properties["etcd version"] == "3.7.3"
    assert "3 masters stand" in run.properties["verdict"]


def test_no_key_was_printed_or_reported(conversion: tuple[Run, list[Count]], view: Hosts) -> None:
    run, _ = conversion
    assert cluster.keys_told(view, run) == []
