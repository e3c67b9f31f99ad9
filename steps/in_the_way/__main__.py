"""Writes what is refused, told and accepted into docs/your-cluster.md."""

from pathlib import Path

from steps.in_the_way.document import renewed

page = Path(__file__).parents[2] / "docs" / "your-cluster.md"
page.write_text(renewed(page.read_text()))
