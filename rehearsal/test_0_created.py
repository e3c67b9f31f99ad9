"""Hosts without a cluster: refused, planned, made into one; killed inside kubeadm init and join, and finished."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import CHECKOUT, REPORT, Run, green, runbook

BARE = CHECKOUT / "nodes-bare.yaml"
TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")


@pytest.fixture(scope="module")
def bare() -> Iterator[Hosts]:
    cluster.lab("reset", "--bare")
    hosts = cluster.connect(BARE)
    yield hosts
    hosts.fleet.close()


@pytest.fixture(scope="module")
def before(bare: Hosts) -> set[str]:
    return cluster.files(bare)


@pytest.fixture
def overlapping() -> Iterator[Path]:
    """nodes-bare.yaml with a range for pods that the hosts' own network is in."""
    path = CHECKOUT / "nodes-overlapping.yaml"
    path.write_text(BARE.read_text().replace("pod_subnet: 10.244.0.0/16", "pod_subnet: 10.27.0.0/16"))
    yield path
    path.unlink()


def test_range_that_a_route_takes_is_refused_with_both_named(bare: Hosts, before: set[str], overlapping: Path) -> None:
    run = runbook(nodes=overlapping)
    assert run.status == 1, run.told
    (failed,) = run.of("failed")
    assert "huashan: pod_subnet 10.27.0.0/16 overlaps the route 10.27.5" in failed.text
    assert all(f"{name}: pod_subnet" in failed.text for name in cluster.NODES)
    assert cluster.files(bare) == before


def test_audit_of_no_cluster_is_red_with_one_readable_reason(bare: Hosts, before: set[str]) -> None:
    run = runbook("-m", "verify", nodes=BARE)
    assert run.status == 1, run.told
    assert {case.outcome for case in run.cases} == {"error"}
    assert all("there is no cluster to look at: no first master among" in case.text for case in run.cases)
    assert "Traceback" not in run.output
    assert cluster.files(bare) == before


def test_plan_of_no_cluster_has_its_configuration_and_says_what_comes_later(bare: Hosts, before: set[str]) -> None:
    run = runbook("--plan", nodes=BARE)
    assert run.status == 0, run.told
    assert "+kubernetesVersion: v1.37.2" in run.output
    assert "would change: huashan: kubeadm join" in run.output
    assert "steps 2 to 7 are planned once the cluster is there" in run.output
    assert not TOKEN.search(run.output)
    assert cluster.files(bare) == before


def killed(bare: Hosts, node: str, words: str, reached: str) -> Run:
    """A run ended by SIGKILL together with the kubeadm that it has started: as a power loss of both would."""

    def at(line: str) -> bool:
        if words not in line:
            return False
        _until(lambda: bare.fleet[node].run(reached).status == 0)
        bare.fleet[node].check("kill -STOP $(pgrep -x kubeadm)")
        return True

    run = runbook("--to=1", nodes=BARE, on_line=at, kill=True)
    assert run.status == -9, run.told
    bare.fleet[node].check("kill -KILL $(pgrep -x kubeadm)")
    return run


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_init_that_was_killed_in_the_middle_is_finished_by_the_same_command_and_a_killed_join_too(bare: Hosts) -> None:
    killed(bare, "shaolin", "shaolin: kubeadm init …", "test -e /etc/kubernetes/manifests/kube-apiserver.yaml")
    assert bare.first.run("kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes").status != 0
    second = killed(bare, "huashan", "huashan: kubeadm join …", "test -e /etc/kubernetes/bootstrap-kubelet.conf")
    assert "shaolin: kubeadm init … (it was begun and not finished" in second.output
    third = runbook("--to=1", nodes=BARE)
    green(third)
    assert "huashan: kubeadm join" in third.output
    assert third.properties["kubernetes version"] == "v1.37.2"
    assert len(third.properties["cluster uid"]) == 36


def test_nothing_is_left_to_do_for_the_same_command(bare: Hosts) -> None:
    run = runbook("--to=1", nodes=BARE)
    assert run.status == 0, run.told
    assert "no change was needed" in run.output


def test_audit_of_the_cluster_that_was_made_is_green_in_step_one() -> None:
    run = runbook("-m", "verify", "-k", "test_1_single_master", nodes=BARE)
    assert run.status == 0, run.told
    assert {case.step for case in run.cases} == {1}


def test_no_token_is_left_where_it_could_be_read(bare: Hosts) -> None:
    """The one of the killed join ends by itself, within a quarter of an hour."""
    for name in cluster.NODES:
        kept = "cat /var/lib/kubeadm-ha/kubeadm.* /var/lib/kubeadm-ha/first-master.json 2>/dev/null || true"
        assert not TOKEN.search(bare.fleet[name].check(kept))
        assert bare.fleet[name].run("test -e /etc/kubernetes/bootstrap-kubelet.conf").status != 0
        assert bare.fleet[name].check("find /run /tmp /root -xdev -name '*.yaml' -newer /etc/hostname") == ""
    assert not TOKEN.search(REPORT.read_text())
