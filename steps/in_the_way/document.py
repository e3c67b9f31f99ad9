"""The part of docs/your-cluster.md that says what is refused, told and accepted, made from the tables that do it."""

from collections.abc import Iterator

from nodes.consents import CONSENTS
from steps.in_the_way import NOTICES, REFUSALS
from steps.in_the_way.footing import UNFIT

BEGINS = "<!-- from here on made by: python -m steps.in_the_way -->"
ENDS = "<!-- up to here -->"


def renewed(page: str) -> str:
    """The page with that part as the code gives it now. ValueError where its marks are not there."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"the page lacks the marks {BEGINS} and {ENDS}")
    return "\n".join([before + BEGINS, *_lines(), ENDS + after])


def _lines() -> Iterator[str]:
    yield from ("| from step | what is refused | why | consent |", "|---|---|---|---|")
    rows = [(1, one.what, one.why, "") for one in UNFIT]
    rows += [(one.step, one.what, one.why, f"`{one.consent.name}`" if one.consent else "") for one in REFUSALS]
    steps: dict[tuple[str, str, str], list[int]] = {}
    for step, *words in sorted(rows, key=lambda row: row[0]):
        steps.setdefault((words[0], words[1], words[2]), []).append(step)
    for (what, why, consent), found in steps.items():
        yield f"| {_span(found)} | {what} | {why} | {consent} |"
    yield from ("", 'Told in the plan, in the run and in its report as "worth knowing", and refused by nobody:', "")
    for notice in sorted(NOTICES, key=lambda notice: notice.step):
        yield f"- step {notice.step}: {notice.what}"
    yield "- what a consent accepts, with the reason given for it"
    yield from ("", "| consent | who writes it accepts |", "|---|---|")
    for one in CONSENTS.values():
        yield f"| `{one.name}` | {one.accepts} |"


def _span(steps: list[int]) -> str:
    return f"{min(steps)}" if min(steps) == max(steps) else f"{min(steps)}-{max(steps)}"
