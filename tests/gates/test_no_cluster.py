"""Hosts without a cluster: refused, or the place for step 1 to make one; never looked at as if there were one."""

import pytest

from tests.gates.throwaway import Throwaway

CREATE = "create: {version: v1.37.2, pod_subnet: 10.244.0.0/16, pod_network: pods.yaml}\n"


@pytest.fixture
def bare(connected: Throwaway, monkeypatch: pytest.MonkeyPatch) -> Throwaway:
    monkeypatch.setenv("NO_CLUSTER", "1")
    return connected


@pytest.fixture
def to_create(bare: Throwaway) -> Throwaway:
    bare.write("pods.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: net}}\n")
    bare.add_to("nodes.yaml", CREATE)
    return bare


@pytest.mark.parametrize("more", [(), ("--plan",)], ids=["change run", "plan"])
def test_without_create_it_is_refused_and_create_is_named(bare: Throwaway, more: tuple[str, ...]) -> None:
    result = bare.run(*more)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: nothing was changed; no first master among them: write `create:` in nodes.yaml"]
    )
    assert not bare.exists("LOCKED")


@pytest.mark.parametrize("create", ["", CREATE], ids=["without create", "with create"])
def test_audit_is_red_everywhere_with_one_readable_reason(to_create: Throwaway, create: str) -> None:
    text = (to_create.path / "nodes.yaml").read_text()
    to_create.write("nodes.yaml", text.replace(CREATE, create))
    result = to_create.run("-m", "verify")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(errors=7 * 7, deselected=14)
    output = result.stdout.str()
    assert "gate 1: test_step_1_is_seen_on_master[shaolin] (and 6 more): " in output
    assert "there is no cluster to look at: no first master among them" in output
    assert "Traceback" not in output
    assert "Error:" not in output


def test_plan_says_what_it_cannot_plan_yet(to_create: Throwaway) -> None:
    result = to_create.run("--plan")
    assert result.ret == pytest.ExitCode.OK
    assert result.outlines[-2:] == [
        "steps 2 to 7 are planned once the cluster is there",
        "no change before that; run without --plan to go on: pytest runbook/ --nodes=nodes.yaml",
    ]
    assert not to_create.exists("file-1-a")
    for case in to_create.report().findall("testcase"):
        (skipped,) = case.findall("skipped")
        assert skipped.get("message") == "plan only: planned once the cluster is there; nothing was changed"


def test_run_makes_it_goes_on_and_tells_its_uid(to_create: Throwaway) -> None:
    result = to_create.run()
    assert result.ret == pytest.ExitCode.OK
    properties = to_create.properties()
    assert (properties["cluster uid"], properties["etcd version"]) == ("u", "3.7.3")


@pytest.mark.parametrize("more", [("--plan",), ()], ids=["plan", "a run that was refused"])
def test_run_that_made_none_tells_no_uid(to_create: Throwaway, more: tuple[str, ...]) -> None:
    refusal = "@pytest.mark.change\ndef test_nothing_stands_in_the_way(): assert False\n"
    step = (to_create.path / "runbook/test_1.py").read_text()
    to_create.write("runbook/test_1.py", step.replace("@pytest.mark.change", f"{refusal}\n@pytest.mark.change", 1))
    to_create.run(*more)
    assert to_create.properties()["cluster uid"] == "none yet"


def test_pinned_cluster_is_not_made(to_create: Throwaway) -> None:
    nodes = (to_create.path / "nodes.yaml").read_text()
    pinned = "0a4ca2d6-5ea5-4a0c-9a6c-3d1c3a8b8a11"
    to_create.write("nodes.yaml", nodes.replace('8443"', f'8443", uid: {pinned}'))
    result = to_create.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: nothing was changed; *pins cluster {pinned}, and on these nodes there is none*"]
    )
