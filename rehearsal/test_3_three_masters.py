"""The converted cluster: nothing left to do, nothing restarted by looking, and what other tools say of it."""

import json

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster, kubeadms_own
from rehearsal.runs import Run, green, runbook


@pytest.fixture(scope="module")
def before(view: Hosts) -> dict[str, object]:
    return {
        "files": cluster.files(view),
        "processes": cluster.processes(view),
        "containers": cluster.containers(view),
    }


@pytest.fixture(scope="module")
def audit(before: dict[str, object]) -> Run:
    return runbook("-m", "verify")


def test_audit_is_green(audit: Run) -> None:
    green(audit)
    print(f"{len(audit.cases)} checks, {audit.seconds:.1f} s in all")


def test_audit_wrote_nothing(audit: Run, before: dict[str, object], view: Hosts) -> None:
    assert cluster.files(view) == before["files"]
    assert cluster.processes(view) == before["processes"]


def test_second_run_changes_and_restarts_nothing(audit: Run, before: dict[str, object], view: Hosts) -> None:
    run = runbook()
    assert run.status == 0, run.told
    assert "no change was needed" in run.output
    assert cluster.files(view) == before["files"]
    assert cluster.processes(view) == before["processes"]
    assert cluster.containers(view) == before["containers"]


def test_plan_says_that_nothing_is_left(before: dict[str, object]) -> None:
    plan = runbook("--plan")
    assert plan.status == 0, plan.told
    assert "nothing to change" in plan.output
    assert "would change" not in plan.output


@pytest.mark.parametrize("master", [cluster.FIRST, *cluster.NEW])
def test_openssl_verifies_each_apiserver_from_another_host(master: str, view: Hosts) -> None:
    address = view.inventory.nodes[master].address
    for name in (
        f"-verify_ip {address}",
        "-verify_hostname api.lab -servername api.lab",
        "-verify_hostname kubernetes",
    ):
        said = view.fleet[cluster.WORKER].check(
            f"openssl s_client -connect {address}:6443 -CAfile /etc/kubernetes/pki/ca.crt -verify_return_error {name}"
            " </dev/null 2>&1"
        )
        assert "Verify return code: 0 (ok)" in said


def test_etcdctl_sees_three_members_with_one_leader_and_equal_hashes(view: Hosts) -> None:
    endpoints = ",".join(f"https://{view.inventory.nodes[name].address}:2379" for name in (cluster.FIRST, *cluster.NEW))
    etcdctl = (
        f"etcdctl --endpoints={endpoints} --cacert=/etc/kubernetes/pki/etcd/ca.crt"
        " --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key"
    )
    health = json.loads(view.first.check(f"{etcdctl} endpoint health -w json"))
    assert [one["health"] for one in health] == [True, True, True]
    status = [one["Status"] for one in json.loads(view.first.check(f"{etcdctl} endpoint status -w json"))]
    assert len({one["leader"] for one in status}) == 1
    assert not any(one.get("isLearner") for one in status)
    revision = min(one["header"]["revision"] for one in status)
    hashes = json.loads(view.first.check(f"{etcdctl} endpoint hashkv --rev={revision} -w json"))
    assert len({one["HashKV"]["hash"] for one in hashes}) == 1


def test_kubectl_sees_three_masters_through_the_endpoint(view: Hosts) -> None:
    out = view.first.check("kubectl --kubeconfig=/etc/kubernetes/admin.conf get nodes --no-headers")
    roles = {line.split()[0]: line.split()[1:3] for line in out.splitlines()}
    assert roles == {
        **{name: ["Ready", "control-plane"] for name in (cluster.FIRST, *cluster.NEW)},
        cluster.WORKER: ["Ready", "<none>"],
    }
    out = view.first.check(
        "kubectl --kubeconfig=/etc/kubernetes/admin.conf -n kube-system get pods -l tier=control-plane --no-headers"
    )
    assert len(out.splitlines()) == 12
    assert all(line.split()[1:3] == ["1/1", "Running"] for line in out.splitlines())


@pytest.mark.parametrize("master", [cluster.FIRST, *cluster.NEW])
def test_kubeadm_itself_would_make_the_same_files_for_each_master(master: str, view: Hosts) -> None:
    """Manifests, certificates, kubeconfigs, their modes; what differs is what docs/design.md explains, and no more."""
    assert kubeadms_own.differences(view, master) == kubeadms_own.explained(view, master)
