"""A cluster with one master, before anything was done to it: the audit is red where it should be, and only looks."""

import json
import re

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import Run, runbook


@pytest.fixture(scope="module")
def before(view: Hosts) -> dict[str, object]:
    return {"files": cluster.files(view), "processes": cluster.processes(view), "requests": requests(view)}


@pytest.fixture(scope="module")
def audit(before: dict[str, object]) -> Run:
    return runbook("-m", "verify")


@pytest.fixture(scope="module")
def plan(audit: Run) -> Run:
    return runbook("--plan")


def test_audit_is_red_in_each_step_from_two_to_seven_and_green_in_one(audit: Run) -> None:
    assert audit.status == 1, audit.told
    red = [case for case in audit.cases if case.outcome != "passed"]
    for step in range(2, 8):
        first = next(case for case in red if case.step == step)
        print(f"step {step}: {first.name}: {first.text.strip().splitlines()[0][:200]}")
    assert not [case for case in red if case.step == 1]


def test_plan_lists_every_change_with_its_diff_and_no_secret(plan: Run) -> None:
    assert plan.status == 0, plan.told
    for step in range(1, 8):
        assert f"step {step} · would change" in plan.output
    assert "+ 127.0.0.1" not in plan.output
    assert "+10.27.52.72 api.lab" in plan.output
    assert "PRIVATE KEY" not in plan.output
    assert not re.search(r"client-key-data: (?!\(masked)", plan.output)
    assert not plan.of("passed"), "a plan must not look like a conversion in a report"


def test_audit_and_plan_wrote_nothing(plan: Run, before: dict[str, object], view: Hosts) -> None:
    assert cluster.files(view) == before["files"]
    assert cluster.processes(view) == before["processes"]


def test_audit_and_plan_only_asked_to_get_list_or_watch(plan: Run, before: dict[str, object], view: Hosts) -> None:
    since = requests(view)[len(before["requests"]) :]  # type: ignore[arg-type]
    verbs = {request["verb"] for request in since}
    assert verbs
    assert verbs <= {"get", "list", "watch"}, verbs
    print(f"{len(since)} requests of the administrator, all of them {', '.join(sorted(verbs))}")


def requests(view: Hosts) -> list[dict[str, str]]:
    """What the administrator has asked of the first master's apiserver, as its audit log has it."""
    log = view.first.check("cat /var/log/kubernetes/audit.log")
    return [json.loads(line) for line in log.splitlines() if '"username":"kubernetes-admin"' in line]
