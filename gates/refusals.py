"""What a run of the runbook refuses on its command line, each with what to write instead."""

import sys
from pathlib import Path

import pytest

from evidence.place import Place
from evidence.run import FIRST_STEP, LAST_STEP

AUDIT = "verify"
WHOLE = "a change run takes every case, each step with its gate; --to N narrows it, -m verify only looks"
CONVERT = "write: pytest runbook/ --nodes=FILE"
NARROW = "narrow an audit with -k or a file; a change run takes every case"
OWN_ORDER = "the steps run in their own order, one after the other, each of them once"
SAME_AGAIN = "a run that was stopped goes on by itself: start the same command again"
SHOWN = "tracebacks would print what functions were given and hold, keys among it: --tb=short does not"
GATED = "it would make the changes and ask no gate; --plan says what would change"

# The option's dest, how it is written, why not.
REFUSED_ALWAYS = (
    ("lf", "--lf", NARROW),
    ("ignore", "--ignore", NARROW),
    ("ignore_glob", "--ignore-glob", NARROW),
    ("failedfirst", "--ff", OWN_ORDER),
    ("newfirst", "--nf", OWN_ORDER),
    ("keepduplicates", "--keep-duplicates", OWN_ORDER),
    ("numprocesses", "-n", OWN_ORDER),
    ("tx", "--tx", OWN_ORDER),
    ("stepwise", "--stepwise", SAME_AGAIN),
    ("stepwise_skip", "--stepwise-skip", SAME_AGAIN),
    ("stepwise_reset", "--stepwise-reset", SAME_AGAIN),
    ("setuponly", "--setup-only", GATED),
    ("setupplan", "--setup-plan", GATED),
    ("continue_on_collection_errors", "--continue-on-collection-errors", "no step may be missing"),
    ("override_ini", "--override-ini (-o)", "the runbook runs under its pytest.ini as it stands"),
    ("pyargs", "--pyargs", CONVERT),
    ("showlocals", "--showlocals (-l)", SHOWN),
    ("fulltrace", "--full-trace", SHOWN),
)
REFUSED_IN_CHANGES = (
    ("keyword", "-k", WHOLE),
    ("deselect", "--deselect", WHOLE),
    ("maxfail", "-x (--maxfail)", "a shut gate stops the run by itself, and the report then has every case"),
)
# Without these there would be no progress, no reasons, and no last line.
NEEDED = ("terminal", "logging", "skipping")


def refusal(config: pytest.Config, runbook: Path) -> str | None:
    """The first reason why this command line must not run, or None."""
    return (
        _interpreter()
        or _configuration(config)
        or _mode(config)
        or _options(config, REFUSED_ALWAYS)
        or _places(config, runbook)
        or (None if config.option.markexpr else _whole(config, runbook))
    )


def _interpreter() -> str | None:
    if sys.flags.optimize:
        return "python runs with -O or PYTHONOPTIMIZE: assertions would not be executed and every gate be green"
    return None


def _configuration(config: pytest.Config) -> str | None:
    """Another ini file in force than ours would switch strictness and the import rules off without a word."""
    ours = config.rootpath / "pytest.ini"
    conftest = config.pluginmanager.get_plugin(str(config.rootpath / "conftest.py"))
    plugins = getattr(conftest, "pytest_plugins", ())
    if "gates.options" not in plugins or config.inipath != ours:
        return (
            f"pytest took {config.inipath or 'no file'} for its configuration (root {config.rootpath}), not "
            "the runbook's pytest.ini: write --nodes=FILE with =, and no -c, --rootdir or --confcutdir"
        )
    for name in (*plugins, *NEEDED):
        if not config.pluginmanager.has_plugin(name):
            return f"-p no:{name} switches off a part that the runbook needs: leave it out"
    return None


def _mode(config: pytest.Config) -> str | None:
    option = config.option
    if not option.nodes:
        return "--nodes names no file: write --nodes=nodes.yaml"
    if option.markexpr not in ("", AUDIT):
        return f"-m {option.markexpr!r} would leave out cases: write -m verify, exactly so, to audit; {WHOLE}"
    if option.plan and option.markexpr:
        return "--plan says what a change run would do, -m verify looks at what stands: write one of the two"
    if option.to is not None and not _may_be_a_place(option.to):
        steps = f"{FIRST_STEP} to {LAST_STEP}"
        return f"--to {option.to}: there is no such step: write a number from {steps}, or a part of one, such as 2.3"
    return None


def _may_be_a_place(written: str) -> bool:
    """Which parts a step has is known from its cases; what is no part of any is refused once they are collected."""
    try:
        return Place.read(written).step in range(FIRST_STEP, LAST_STEP + 1)
    except ValueError:
        return False


def _options(config: pytest.Config, refused: tuple[tuple[str, str, str], ...]) -> str | None:
    # Options of plug-ins that are not installed do not exist; -n 0 and the like are empty.
    for dest, written, reason in refused:
        if getattr(config.option, dest, None):
            return f"{written} is refused with --nodes: {reason}"
    if config.option.tbstyle == "long":
        return f"--tb=long is refused with --nodes: {SHOWN}"
    return None


def _places(config: pytest.Config, runbook: Path) -> str | None:
    inside = [_is_inside(config, argument, runbook) for argument in config.args]
    if not any(inside):
        return f"--nodes is for the runbook, and no part of it is named: {CONVERT}"
    if not all(inside):
        return f"the runbook is not mixed with other tests: {CONVERT}; the project's own tests: pytest"
    return None


def _is_inside(config: pytest.Config, argument: str, runbook: Path) -> bool:
    place = config.invocation_params.dir / argument.partition("::")[0]
    return place.resolve().is_relative_to(runbook.resolve())


def _whole(config: pytest.Config, runbook: Path) -> str | None:
    places = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    if runbook.resolve() not in places:
        return f"{config.args[0]} is a part of the runbook: {WHOLE}"
    return _options(config, REFUSED_IN_CHANGES)
