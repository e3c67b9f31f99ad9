"""A fresh cluster, converted in pieces: stopped between steps, killed inside them, and a gate that shuts."""

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import CASE_OF_STEP_3, green, killed_at, runbook
from rehearsal.sabotage import DEFECT

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.mark.parametrize(
    ("words", "to"),
    [
        pytest.param("wudang: static pod etcd …", 2, id="step 2, a learner was added and its pod is not there yet"),
        pytest.param("wudang: kube-apiserver answers", 3, id="step 3, apiservers are starting"),
    ],
)
def test_killed_run_is_finished_by_the_same_command(words: str, to: int) -> None:
    killed_at(words, f"--to={to}")
    run = runbook(f"--to={to}")
    green(run)
    assert {case.step for case in run.cases} == set(range(1, to + 1))


def test_shut_gate_stops_the_run_and_the_report_says_why() -> None:
    run = runbook("-p", "rehearsal.sabotage")
    assert run.status == 1, run.told
    failed = {case.name for case in run.of("failed")}
    assert set(DEFECT.red) <= failed, failed
    assert CASE_OF_STEP_3 in {case.name for case in run.of("passed")}
    later = [case for case in run.cases if case.step > 3]
    assert later
    assert {case.outcome for case in later} == {"skipped"}
    assert all("gate closed: step 3: test_" in case.text for case in later)
    shown = next(case.text for case in run.of("failed") if case.name == DEFECT.red[0])
    assert "10.24.138.208:6443" in shown
    assert "names: wudang" in shown  # what the certificate holds instead
    print(f"{len(failed)} failed, {len(later)} skipped")


def test_run_after_a_shut_gate_mends_and_finishes(view: Hosts) -> None:
    run = runbook()
    assert run.status == 0, run.told
    assert "wudang: /etc/kubernetes/pki/apiserver.crt" in run.output
    assert "3 masters stand" in run.output


def test_no_half_written_file_was_left_behind(view: Hosts) -> None:
    for name in cluster.NODES:
        assert view.fleet[name].check("find / -xdev -name '.kubeadm-ha.*' 2>/dev/null || true") == ""
