"""What a run needs before its first case, and what it gives back after its last."""

from typing import get_args

import pytest

from evidence.road import Road
from nodes.inventory_models import Etcd
from tests.gates.throwaway import CHANGE, Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
AUDIT = (*RUN, "-m", "verify")
PLAN = (*RUN, "--plan")


def begins(result: pytest.RunResult) -> bool:
    return any("::" in line for line in result.outlines)


@pytest.mark.parametrize("run", [RUN, AUDIT, PLAN], ids=["change run", "audit", "plan"])
@pytest.mark.parametrize(
    ("written", "because"),
    [
        ("nodes: {}\n", "nodes.yaml:1: "),
        ("nodes: [", "nodes.yaml:"),
        ("", "the file is empty"),
    ],
)
def test_mistake_in_the_inventory_is_told_before_anything_is_connected(
    connected: Throwaway, run: tuple[str, ...], written: str, because: str
) -> None:
    connected.write("nodes.yaml", written)
    connected.refused(*run, because=because)


def test_inventory_that_is_not_there_is_told(connected: Throwaway) -> None:
    connected.refused("runbook/", "--nodes=no.yaml", because="no.yaml: there is no such file")


@pytest.mark.parametrize("run", [RUN, PLAN], ids=["change run", "plan"])
def test_every_hosts_problem_is_told_at_once_and_nothing_begins(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch, run: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PROBLEMS", "wudang,emei")
    result = connected.pytester.runpytest_inprocess(*run)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: nothing was changed; not every host can be worked on:",
            "wudang, emei: nothing answers on port 22: start sshd there",
        ]
    )
    assert "Traceback" not in result.stderr.str()
    assert not begins(result)
    assert not connected.exists("LOCKED")


def test_audit_fails_only_the_cases_of_a_host_that_cannot_be_reached(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.run()
    monkeypatch.setenv("PROBLEMS", "wudang")
    monkeypatch.setenv("FIRST_MASTER_UNKNOWN", "1")
    result = connected.run("-m", "verify")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=7 * 6, failed=7, deselected=14)
    result.stdout.fnmatch_lines(
        [
            "*wudang: nothing answers on port 22: start sshd there",
            "gate 1: test_step_1_is_seen_on_master[[]wudang[]]: Unreachable: wudang: nothing answers*",
        ]
    )


@pytest.mark.parametrize(
    ("name", "value", "because"),
    [
        ("LOCK_HELD", "1", "ERROR: nothing was changed; ann@desk is running this since noon from desk*"),
        ("LOCK_LOST", "1", "ERROR: nothing was changed; shaolin: the lock was not taken: no bash"),
        ("FIRST_MASTER_UNKNOWN", "1", "ERROR: nothing was changed; no first master among them"),
        ("UID_SEEN", "another", "ERROR: nothing was changed; *pins cluster *the uid another: name the nodes*"),
        ("UID_SEEN", "unknown", "ERROR: nothing was changed; *pins cluster *"),
    ],
)
def test_change_run_does_not_begin_without_the_lock_or_on_another_cluster(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch, name: str, value: str, because: str
) -> None:
    pinned = "0a4ca2d6-5ea5-4a0c-9a6c-3d1c3a8b8a11"
    monkeypatch.setenv("UID_SEEN", pinned)
    monkeypatch.setenv(name, value)
    nodes = (connected.path / "nodes.yaml").read_text()
    connected.write("nodes.yaml", nodes.replace('8443"', f'8443", uid: {pinned}'))
    result = connected.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([because])
    assert not begins(result)
    assert not connected.exists("file-1-a")


@pytest.mark.parametrize("mode", [(), ("--plan",), ("-m", "verify")], ids=["change run", "plan", "audit"])
def test_another_cluster_than_the_pinned_one_is_refused_whatever_is_wanted_of_it(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch, mode: tuple[str, ...]
) -> None:
    monkeypatch.setenv("UID_SEEN", "another")
    nodes = (connected.path / "nodes.yaml").read_text()
    connected.write("nodes.yaml", nodes.replace('8443"', '8443", uid: 0a4ca2d6-5ea5-4a0c-9a6c-3d1c3a8b8a11'))
    result = connected.run(*mode)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: nothing was changed; *pins cluster 0a4ca2d6*has the uid another: name the*"])
    assert not begins(result)


@pytest.mark.parametrize("mode", [(), ("--plan",), ("-m", "verify")], ids=["change run", "plan", "audit"])
def test_a_cluster_that_is_not_pinned_is_shown_with_the_line_that_pins_it(
    connected: Throwaway, mode: tuple[str, ...]
) -> None:
    result = connected.run(*mode)
    result.stdout.fnmatch_lines(["*add under `cluster:` in nodes.yaml*", "*  uid: u"])


def test_only_a_change_run_takes_the_lock_and_it_gives_it_back(
    connected: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.run("-m", "verify")
    connected.run("--plan")
    assert not connected.exists("LOCKED")
    connected.run()
    assert connected.exists("LOCKED")
    assert connected.exists("RELEASED")


def test_cases_run_once_for_each_node_of_their_role(connected: Throwaway) -> None:
    connected.run()
    names = [case.get("name") or "" for case in connected.report().findall("testcase")]
    assert [name for name in names if "step_4_is_seen" in name] == [
        "test_step_4_is_seen_on_master[shaolin]",
        "test_step_4_is_seen_on_master[wudang]",
        "test_step_4_is_seen_on_master[emei]",
        *[f"test_step_4_is_seen_by_all[huashan-emei-{node}]" for node in ("shaolin", "wudang", "emei", "huashan")],
    ]


def test_suite_carries_what_a_ticket_needs(connected: Throwaway) -> None:
    connected.run("--to", "1")
    properties = connected.properties()
    digest = properties.pop("nodes.yaml sha256")
    assert len(digest) == 64
    assert properties.pop("verdict")
    assert properties == {
        "run": "change run",
        "ticket": "CHG0042",
        "cluster uid": "u",
        "kubernetes version": "v1.37.2",
        "etcd version": "3.7.3",
        "runbook commit": "no git",
    }


def test_nodes_yaml_may_name_every_road() -> None:
    assert get_args(Etcd) == tuple(Road)


def test_road_is_the_one_of_nodes_yaml_and_refused_where_a_step_has_no_change_on_it(connected: Throwaway) -> None:
    connected.replace("runbook/test_2.py", CHANGE, f'@pytest.mark.road("grow")\n{CHANGE}')
    assert connected.run("--to", "2").ret == pytest.ExitCode.OK
    connected.replace("nodes.yaml", '8443"', '8443", etcd: mirror')
    result = connected.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: step 2 has no change case*"])
