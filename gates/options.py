"""The runbook's options, and what a command line with --nodes asks for.

Whatever it refuses is refused here, in pytest_configure, before anything is collected or connected.
"""

import logging
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.place import Place
from evidence.run import END, FIRST_STEP, LAST_STEP, Mode
from gates.refusals import refusal

RUNBOOK = "runbook"


@dataclass(frozen=True)
class Asked:
    """
    nodes    the inventory's file
    runbook  the folder of the steps; it is always collected whole, whatever part was named
    named    the parts of it that the command line names, as node id prefixes; empty for all of it
    to       the last place to run: a step, or a part of one
    command  the line that would start a whole change run
    """

    mode: Mode
    nodes: Path
    runbook: Path
    named: tuple[str, ...]
    to: Place
    command: str


# What pytest and Python say of a check that cannot fail: `return a == b`, `assert (a, "b")`.
NEVER_GREEN = (
    "error::pytest.PytestReturnNotNoneWarning",
    "error::pytest.PytestAssertRewriteWarning",
    "error::SyntaxWarning",
)

ASKED = pytest.StashKey[Asked]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("runbook", "the runbook: pytest runbook/ --nodes=FILE")
    group.addoption(
        "--nodes",
        metavar="FILE",
        help="the cluster that FILE describes: convert it, gate by gate; with --plan or -m verify, only look",
    )
    group.addoption(
        "--to", metavar="N", help=f"stop behind the gate of step N ({FIRST_STEP} to {LAST_STEP}), or of a part: 2.3"
    )
    group.addoption("--plan", action="store_true", help="only print what would change, as diffs")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if option.nodes is None:
        for name in ("--to", "--plan"):
            if getattr(option, name[2:]):
                raise pytest.UsageError(f"{name} belongs to the runbook: pytest runbook/ --nodes=FILE {name}")
        return
    runbook = config.rootpath / RUNBOOK
    if sentence := refusal(config, runbook):
        raise pytest.UsageError(sentence)
    to = Place.read(option.to) if option.to else END
    option.to = to.step  # a number from here on, for fixtures that ask for it
    mode = Mode.PLAN if option.plan else Mode.AUDIT if option.markexpr else Mode.CHANGE
    folder = os.path.relpath(runbook, config.invocation_params.dir)
    config.stash[ASKED] = Asked(
        mode=mode,
        nodes=config.invocation_params.dir / option.nodes,
        runbook=runbook,
        named=_named(config, runbook),
        to=to,
        command=f"pytest {shlex.quote(folder)}/ --nodes={shlex.quote(option.nodes)}",
    )
    config.args = [str(runbook)]
    _be_heard(config)


def _named(config: pytest.Config, runbook: Path) -> tuple[str, ...]:
    prefixes = []
    for argument in config.args:
        path, colons, rest = argument.partition("::")
        inside = (config.invocation_params.dir / path).resolve().relative_to(runbook.resolve())
        prefixes.append((RUNBOOK / inside).as_posix() + colons + rest)
    return () if RUNBOOK in prefixes else tuple(prefixes)


def _be_heard(config: pytest.Config) -> None:
    """Print is captured, so progress is logging with pytest's live log switched on."""
    if config.option.log_cli_level is None:
        config.option.log_cli_level = "INFO"
    # pytest's own choice prints what the functions of a traceback were given: files with keys in them, maybe.
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "short"
    # A refused connection is an answer here, and told as one by whoever asked.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    # The project's tests take a warning for an error; a library's deprecation must not break off a change.
    for action in ("default", *NEVER_GREEN):
        config.addinivalue_line("filterwarnings", action)
