"""A check that was never seen red may be one that cannot fail: each has a defect that the rehearsal seeds for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from rehearsal.defects import DEFECTS

RUNBOOK = Path(__file__).parent.parent / "runbook"


def verify_cases() -> Iterator[str]:
    for module in sorted(RUNBOOK.glob("test_*.py")):
        for node in ast.parse(module.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any(
                "mark.verify" in ast.unparse(one) for one in node.decorator_list
            ):
                yield node.name


def test_every_verify_case_has_a_defect_that_turns_it_red() -> None:
    with_a_defect = {function for defect in DEFECTS for function in defect.functions}
    assert sorted(set(verify_cases()) - with_a_defect) == []


def test_no_defect_names_a_case_that_there_is_not() -> None:
    assert sorted({function for defect in DEFECTS for function in defect.functions} - set(verify_cases())) == []


def test_defects_are_known_by_different_names() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
