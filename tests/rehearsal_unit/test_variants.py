"""What the variants are expected to show, and whose turn it is."""

import datetime

import pytest
from pydantic import ValidationError

from lab import variant
from lab.hosts import load
from lab.places import NODES_FILE
from rehearsal import scenario
from rehearsal.scenario import Scenario
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


def test_a_variant_that_says_nothing_is_converted_once() -> None:
    assert scenario.of({}) == Scenario()
    assert [run.ends for run in Scenario().runs] == ["green"]


def test_a_fault_stands_in_the_table_with_its_first_line() -> None:
    assert str(Result("ecdsa", fault="lost\nmore")).endswith("NOT AS EXPECTED: lost")
    assert str(Result("ecdsa", ends=["refused (9 s)", "green"])).endswith("refused (9 s), then green")
