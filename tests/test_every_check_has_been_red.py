"""A check that was never seen red may be one that cannot fail: each has a defect that the rehearsal seeds for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.defects import DEFECTS, MIRRORED, Defect

ALL = (*DEFECTS, *MIRRORED)
RUNBOOK = Path(__file__).parent.parent / "runbook"


def verify_cases() -> Iterator[tuple[str, int]]:
    """Function and step, on every road: the files are read, and none is taken."""
    for module in sorted(RUNBOOK.glob("test_*.py")):
        for node in ast.parse(module.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any(
                "mark.verify" in ast.unparse(one) for one in node.decorator_list
            ):
                yield node.name, int(module.name.split("_")[1])


STEPS = dict(verify_cases())


def test_every_verify_case_has_a_defect_that_turns_it_red() -> None:
    with_a_defect = {function for defect in ALL for function in defect.functions}
    assert sorted(set(STEPS) - with_a_defect) == []


@pytest.mark.parametrize("defect", ALL, ids=str)
def test_defect_names_cases_that_there_are(defect: Defect) -> None:
    assert defect.red
    assert sorted(set(defect.functions) - set(STEPS)) == []


@pytest.mark.parametrize("defect", ALL, ids=str)
def test_defect_is_red_in_its_own_step_alone_or_says_why_not(defect: Defect) -> None:
    steps = {STEPS[function] for function in defect.functions}
    assert defect.step in steps
    assert (len(steps) > 1) == bool(defect.across)


@pytest.mark.parametrize("defect", ALL, ids=str)
def test_defect_can_be_healed(defect: Defect) -> None:
    assert defect.without or (defect.way.seed and defect.way.heal)


def test_defects_are_known_by_different_names() -> None:
    assert len({defect.name for defect in ALL}) == len(ALL)


def test_there_are_forty_defects_and_few_that_more_than_one_step_sees() -> None:
    assert len(DEFECTS) >= 40
    assert len([defect for defect in DEFECTS if defect.across]) <= 4
    assert len([defect for defect in DEFECTS if defect.perhaps]) <= 2
