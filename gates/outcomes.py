"""What counts as what: only a case that ran and passed lets a gate hold, and a plan is never a conversion.

The outermost of pytest's report hooks, so that markers and plug-ins have said theirs before.
"""

import inspect
import textwrap
from collections.abc import Generator

import pytest

from evidence.case import Kind, Outcome
from evidence.run import Mode
from gates.cases import describe
from gates.gate import HELD_BACK
from gates.ledger import LEDGER, Ledger
from gates.options import ASKED

# What the plan found for a change case, in a few words.
PLANNED = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = Ledger()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if ASKED in item.config.stash:
        _judge(item, call, report)
    return report


def _judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    ledger = item.config.stash[LEDGER]
    held_back = item.stash.get(HELD_BACK, None)
    if held_back is not None and report.skipped:
        _skip(item, report, held_back)
        ledger.write(item, Outcome.HELD_BACK, held_back)
        return
    if report.skipped or hasattr(report, "wasxfail"):
        _fail(report, call)
    if report.failed:
        ledger.write(item, Outcome.FAILED, _in_a_line(call, report))
        _say_what_to_do(item, report)
    elif report.when == "call":
        planned = item.config.stash[ASKED].mode is Mode.PLAN and describe(item).kind is Kind.CHANGE
        if planned:
            _skip(item, report, f"plan only: {item.stash.get(PLANNED, 'looked at')}; nothing was changed")
        ledger.write(item, Outcome.PLANNED if planned else Outcome.PASSED)


def _skip(item: pytest.Item, report: pytest.TestReport, reason: str) -> None:
    path, line, _ = item.location
    report.outcome = "skipped"
    report.longrepr = (path, (line or 0) + 1, f"Skipped: {reason}")
    report.sections = []  # the report of the teardown has them again; a plan's diffs once are enough


def _fail(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """A case that skipped itself or expected to fail has not seen what its gate stands for."""
    why = getattr(report, "wasxfail", "") or (call.excinfo.value if call.excinfo else "marked xfail")
    report.__dict__.pop("wasxfail", None)
    report.outcome = "failed"
    report.longrepr = f"skipped, so nothing was seen and the gate stays shut: {why}"


def _in_a_line(call: pytest.CallInfo[None], report: pytest.TestReport) -> str:
    if call.excinfo is None or (report.longrepr is not None and isinstance(report.longrepr, str)):
        return _shortened(report.longreprtext)
    text = str(call.excinfo.value)
    return _shortened(text if call.excinfo.errisinstance(AssertionError) else f"{call.excinfo.typename}: {text}")


def _shortened(text: str) -> str:
    return textwrap.shorten(text.strip().partition("\n")[0], 200, placeholder=" …")


def _say_what_to_do(item: pytest.Item, report: pytest.TestReport) -> None:
    todo = inspect.getdoc(getattr(item, "function", None)) or ""
    if not todo:
        return
    add = getattr(report.longrepr, "addsection", None)  # a plain text where there is no traceback
    if add:
        add("What to do", todo)
    else:
        report.longrepr = f"{report.longreprtext}\n\nWhat to do: {todo}"
