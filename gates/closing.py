"""The end of a run: the verdict as the last lines, and an exit code that says no more than the cases did."""

from collections.abc import Callable, Generator

import pytest

from evidence.case import Outcome
from evidence.run import Mode, Run
from evidence.verdict import closing_lines
from gates.ledger import LEDGER
from gates.options import ASKED
from gates.order import SETTLED
from gates.selection import ROAD, TAKEN

MASTERS = pytest.StashKey[int]()
RECORD = pytest.StashKey[Callable[[str, object], None]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    config = session.config
    if ASKED not in config.stash or session.exitstatus == pytest.ExitCode.USAGE_ERROR:
        return (yield)
    if SETTLED not in config.stash or config.option.collectonly:
        lines = ["no case was run"]
    else:
        lines = closing_lines(_run(config))
        if session.exitstatus == pytest.ExitCode.OK and not _all_done(config):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if RECORD in config.stash:
        config.stash[RECORD]("verdict", "\n".join(lines))
    result = yield
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None  # gates.refusals holds it
    for line in lines:
        reporter.write_line(line)
    return result


@pytest.fixture(scope="session", autouse=True)
def _verdict_in_the_report(
    request: pytest.FixtureRequest, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """The XML is written after the last case; by then only what this fixture has kept can reach it."""
    config = request.config
    if ASKED in config.stash:
        config.stash[RECORD] = record_testsuite_property
        record_testsuite_property("run", str(config.stash[ASKED].mode))


def _run(config: pytest.Config) -> Run:
    asked, ledger = config.stash[ASKED], config.stash[LEDGER]
    return Run(
        mode=asked.mode,
        masters=config.stash[MASTERS],
        command=asked.command,
        road=config.stash[ROAD],
        to=asked.to,
        cases=tuple(ledger.of(item) for item in config.stash[TAKEN]),
        changes=ledger.changes,
        unplanned=tuple(sorted(ledger.unplanned)),
    )


def _all_done(config: pytest.Config) -> bool:
    """pytest is content with a session that ended early without a failure; a change window is not."""
    good = Outcome.PLANNED if config.stash[ASKED].mode is Mode.PLAN else Outcome.PASSED
    return all(config.stash[LEDGER].of(item).outcome is good for item in config.stash[SETTLED])
