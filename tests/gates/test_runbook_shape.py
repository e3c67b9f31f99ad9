"""What holds for every case of the real runbook, whatever its road; they are collected as by a run, and none is run."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from evidence.case import Kind
from evidence.road import Road
from gates.cases import describe, is_on

ROOT = Path(__file__).parents[2]
# Fixtures through which a cluster can be written to, besides whatever a step defines.
WRITING = {"carry_out", "trial"}


class Kept:
    """A plug-in that keeps what was collected, before the cases of other roads are left aside."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        assert isinstance(item, pytest.Function)
        self.items.append(item)


@pytest.fixture
def cases(pytester: pytest.Pytester) -> list[pytest.Function]:
    kept = Kept()
    # nodes.yaml's own key and known_hosts are the lab's, and there may be no lab: any will do to collect with
    nodes, folder = pytester.path / "nodes.yaml", pytester.path / ".lab"
    nodes.write_text((ROOT / "nodes.yaml").read_text())
    folder.mkdir()
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / "id_ed25519").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (folder / "known_hosts").write_text(f"10.27.53.32 {public}\n")
    run = pytester.inline_run(str(ROOT / "runbook"), f"--nodes={nodes}", "--collect-only", "-q", plugins=[kept])
    assert run.ret == pytest.ExitCode.OK
    return kept.items


def of_kind(cases: list[pytest.Function], *kinds: Kind) -> list[pytest.Function]:
    return [case for case in cases if describe(case).kind in kinds]


def roads(cases: list[pytest.Function]) -> set[Road]:
    """Those that some case is for: a road without any is not built yet, and a run that would take it is refused."""
    return {Road(mark.args[0]) for case in cases for mark in case.iter_markers("road")}


def fixtures(case: pytest.Function) -> list[pytest.FixtureDef[Any]]:
    """All that the case requests, directly or through others."""
    definitions: dict[str, Any] = case._fixtureinfo.name2fixturedefs
    return [found[-1] for found in definitions.values()]


def test_every_step_has_a_change_and_a_gate(cases: list[pytest.Function]) -> None:
    """What has no step, or not one kind, is refused by the run itself; then there is nothing to find here."""
    for road in roads(cases):
        found = {(describe(case).step, describe(case).kind) for case in cases if is_on(road, case)}
        assert {(step, kind) for step in range(1, 8) for kind in (Kind.CHANGE, Kind.VERIFY)} <= found, road


def test_step_has_a_file_of_its_own_or_one_for_each_road(cases: list[pytest.Function]) -> None:
    assert {(describe(case).step, case.path.name[:7]) for case in cases} == {
        (step, f"test_{step}_") for step in range(1, 8)
    }


def test_no_check_can_change_anything(cases: list[pytest.Function]) -> None:
    writing = [
        f"{case.nodeid}: {fixture.argname}"
        for case in of_kind(cases, Kind.VERIFY)
        for fixture in fixtures(case)
        if fixture.argname in WRITING or fixture.func.__module__.startswith("steps.")
    ]
    assert not writing


def test_no_change_uses_what_was_observed_before_it(cases: list[pytest.Function]) -> None:
    """An observation that outlives its case would be stale after the change: checks alone may share one."""
    shared = [
        f"{case.nodeid}: {fixture.argname}"
        for case in of_kind(cases, Kind.CHANGE)
        for fixture in fixtures(case)
        if fixture.func.__module__.startswith("checks.") and fixture.scope != "function"
    ]
    assert not shared


def test_every_case_says_what_to_do_when_it_fails(cases: list[pytest.Function]) -> None:
    silent = [case.nodeid for case in cases if not inspect.getdoc(case.function)]
    assert not silent


def test_names_read_as_sentences(cases: list[pytest.Function]) -> None:
    short = [case.nodeid for case in cases if len(case.function.__name__.removeprefix("test_").split("_")) < 4]
    assert not short


def test_cases_of_a_step_have_different_names_on_all_roads(cases: list[pytest.Function]) -> None:
    """What the report and the defects call them by."""
    files = {(case.function.__name__, case.path) for case in cases}
    assert len(files) == len({name for name, _ in files})
