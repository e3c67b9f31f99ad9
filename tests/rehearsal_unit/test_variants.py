"""What the variants are expected to show, and whose turn it is."""

import datetime
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from lab import variant
from lab.hosts import load
from lab.places import NODES_FILE
from rehearsal import scenario
from rehearsal.prober import THE_BALANCER, Count, unexpected
from rehearsal.runs import Run, balancer_stands
from rehearsal.scenario import STEP_1, Attempt, Scenario
from rehearsal.variants import A_DAY, Result, of_the_day

DAY = datetime.date(2026, 11, 23)


@pytest.mark.parametrize("name", variant.names())
def test_every_variant_expects_something_of_hosts_that_there_are(name: str) -> None:
    hosts = load(NODES_FILE)
    found = scenario.of(variant.load(name).rehearsal)
    for look in found.looks:
        assert [hosts.named(host) for host in look.hosts]
    for deed in (deed for run in found.runs for deed in run.deeds):
        assert hosts.named(deed.host)


@pytest.mark.parametrize("number", range(1, 14))
def test_each_has_its_turn_within_as_many_days_as_it_takes(number: int) -> None:
    names = [f"v{each}" for each in range(number)]
    days = [of_the_day(names, DAY + datetime.timedelta(each)) for each in range(-(-number // A_DAY))]
    assert {name for day in days for name in day} == set(names)
    assert all(len(set(day)) == min(A_DAY, number) for day in days)


@pytest.mark.parametrize(
    "wrong",
    [
        {"runs": [{"ends": "refused"}]},
        {"runs": [{"ends": "failed", "says": ["x"]}]},
        {"runs": [{"ends": "refused", "says": ["x"], "case": "test_x"}]},
        {"runs": [{"ends": "refused", "says": ["x"]}], "looks": [{"hosts": ["emei"], "run": "true", "says": ""}]},
        {"runs": [{"end": "green"}]},
    ],
)
def test_a_scenario_that_would_expect_nothing_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        scenario.of(wrong)


@pytest.mark.parametrize(
    ("path", "outages", "seconds", "expected"),
    [
        ("the service", 2, [0, 1, 2, 30, 31], True),
        ("the service", 1, [0, 1, 2, 30, 31], False),
        ("the service", 0, [0], False),
        (THE_BALANCER, 2, [0], False),
        (THE_BALANCER, 2, [], True),
    ],
)
def test_what_is_lost_belongs_to_as_many_outages_as_there_may_be(
    path: str, outages: int, seconds: list[int], expected: bool
) -> None:
    losses = tuple(f"2026-11-23T10:00:{second:02}.01152Z write: refused" for second in seconds)
    found = unexpected(Count(path, 10, 10, len(losses), 5.0, losses), outages)
    assert found == ([] if expected else [f"{path}: {loss}" for loss in losses])


def test_a_variant_that_says_nothing_is_converted_once() -> None:
    assert scenario.of({}) == Scenario()
    assert [run.ends for run in Scenario().runs] == ["green"]


def test_a_fault_stands_in_the_table_with_its_first_line() -> None:
    assert str(Result("ecdsa", fault="lost\nmore")).endswith("NOT AS EXPECTED: lost")
    assert str(Result("ecdsa", ends=["refused (9 s)", "green"])).endswith("refused (9 s), then green")


def run(status: int, *cases: tuple[int, str, str]) -> Run:
    """A run's report: step, name, and what went wrong (nothing, `skipped`, or the failure's text)."""
    suite = ElementTree.Element("testsuite")
    for step, name, wrong in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=f"runbook.test_{step}_x", name=name)
        if wrong:
            ElementTree.SubElement(case, "skipped" if wrong == "skipped" else "failure", message=wrong)
    return Run(status, "", 1.0, suite)


@pytest.mark.parametrize(
    ("said", "stands"), [("PASSED", True), ("FAILED", False), ("SKIPPED (gate closed: step 5: ...)", False)]
)
def test_the_balancer_is_probed_once_its_own_case_has_passed(said: str, stands: bool) -> None:
    case = "runbook/test_6_load_balancer.py::test_api_answers_through_the_balancers_own_address"
    assert balancer_stands(f"{case} {said}     [ 77%]\n") is stands
    assert not balancer_stands("runbook/test_6_load_balancer.py::test_balancer_knows_every_master PASSED [ 78%]\n")


REFUSED = Attempt(ends="refused", says=("etcd 3.7.0", "GHSA"))
LATER = Attempt(ends="failed", case="test_emptied", says=("budget",))


@pytest.mark.parametrize(
    ("attempt", "seen", "fault"),
    [
        (Attempt(), run(0, (1, "a", ""), (2, "b", "")), ""),
        (Attempt(), run(0), "not green: 0 cases, exit code 0"),
        (Attempt(), run(0, (1, "a", "skipped")), "not green: a"),
        (Attempt(), run(1, (1, "a", "broken")), "not green: a"),
        (Attempt(), run(3, (1, "a", "")), "not green: 1 cases, exit code 3"),
        (Attempt(), Run(-9, "", 1.0, None), "there is no report"),
        (REFUSED, run(1, (1, STEP_1, "etcd 3.7.0 GHSA-1"), (2, "b", "skipped")), ""),
        (REFUSED, run(0, (1, STEP_1, ""), (2, "b", "")), f"{STEP_1} should have failed, and nothing did"),
        (REFUSED, run(1, (2, "b", "etcd 3.7.0 GHSA-1")), f"{STEP_1} should have failed, and b did"),
        (REFUSED, run(1, (1, STEP_1, "etcd 3.7.0")), "the reason should have said 'GHSA'"),
        (REFUSED, run(1, (1, STEP_1, "etcd 3.7.0 GHSA-1"), (2, "b", "")), "b: a later step, and not skipped"),
        (LATER, run(1, (1, STEP_1, ""), (5, "test_emptied", "budget"), (6, "c", "skipped")), ""),
        (LATER, run(1, (5, "test_emptied", "budget"), (6, "c", "")), "c: a later step, and not skipped"),
        (
            LATER,
            run(1, (3, "b", "budget"), (5, "test_emptied", "skipped")),
            "test_emptied should have failed, and b did",
        ),
    ],
)
def test_a_run_that_ends_otherwise_than_expected_is_a_fault(attempt: Attempt, seen: Run, fault: str) -> None:
    assert attempt.fault(seen) == fault
