"""Two roads through a step: a run is made of the cases of the one that nodes.yaml takes, and of no others."""

import pytest

from tests.gates.throwaway import CHANGE, Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
AUDIT = (*RUN, "-m", "verify")


@pytest.fixture
def forked(throwaway: Throwaway) -> Throwaway:
    throwaway.fork()
    return throwaway


def test_cases_of_the_other_road_are_no_part_of_a_run(forked: Throwaway) -> None:
    result = forked.run()
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=42, deselected=5 * 4)
    assert forked.lines("STATE") == list("1234567")
    assert result.outlines[-4:-1] == ["gates 1 2 3 4 5 6 7 hold", "3 masters stand", "7 changes made"]


def test_the_other_road_has_its_own_change_and_shares_the_rest(
    forked: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROAD", "mirror")
    result = forked.run()
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=42 - 1 + 5 * 4, deselected=1)
    assert forked.lines("STATE") == ["1", "2.1", "2.2", "2.3", "2.4", "2.5", *"34567"]
    assert result.outlines[-5:-3] == ["gates 1 2 3 4 5 6 7 hold", "3 masters stand"]
    assert result.outlines[-3].startswith("kept beside the new one: the old etcd's database")


@pytest.mark.parametrize(("road", "checks"), [("grow", 28), ("mirror", 28 + 5 * 2)])
def test_audit_counts_the_checks_of_its_road_alone(
    forked: Throwaway, monkeypatch: pytest.MonkeyPatch, road: str, checks: int
) -> None:
    monkeypatch.setenv("ROAD", road)
    forked.run()
    result = forked.run("-m", "verify")
    assert result.ret == pytest.ExitCode.OK
    assert result.outlines[-1] == f"next: nothing to do; all {checks} checks passed"


def test_a_case_of_the_other_road_cannot_be_asked_for(forked: Throwaway) -> None:
    forked.refused("runbook/test_2_parts.py", *AUDIT[1:], because="no check is left to run")


@pytest.mark.parametrize("marks", ["road('rood')", "road()", "road('grow', 'mirror')", "road", "road(name='grow')"])
@pytest.mark.parametrize("run", [RUN, AUDIT], ids=["change run", "audit"])
def test_road_that_there_is_not_is_refused(throwaway: Throwaway, run: tuple[str, ...], marks: str) -> None:
    throwaway.add_to("runbook/test_3.py", f"\n@pytest.mark.{marks}\n@pytest.mark.verify\ndef test_one_more(): pass\n")
    throwaway.refused(*run, because="test_one_more is on no road, or on several: write pytest.mark.road(NAME)")


def test_case_on_two_roads_is_refused(forked: Throwaway) -> None:
    forked.replace("runbook/test_2.py", CHANGE, f'@pytest.mark.road("mirror")\n{CHANGE}')
    forked.refused(*RUN, because="test_step_2_is_made is on no road, or on several")
