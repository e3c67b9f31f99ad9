"""docs/your-cluster.md says what the code refuses."""

from pathlib import Path

import pytest

from steps.in_the_way.document import renewed

PAGE = Path(__file__).parents[2] / "docs" / "your-cluster.md"


def test_the_page_is_what_the_code_gives() -> None:
    text = PAGE.read_text()
    assert renewed(text) == text, "write it anew: python -m steps.in_the_way"


def test_a_page_without_its_marks_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        renewed("# Your cluster\n")
