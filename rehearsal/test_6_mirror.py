"""The other road for etcd: killed and hindered wherever it can be, and each time finished or gone back; its defects."""

import time
from functools import partial
from pathlib import Path

import pytest

from changes.etcd_switch import FENCED_SECONDS
from nodes.hosts import Hosts
from nodes.waiting import wait_until
from rehearsal import cluster
from rehearsal.mirroring import (
    THE_COPY,
    THE_SWITCH,
    apiserver,
    behind,
    fenced,
    mirrors,
    on_the_way_back,
    rested,
    restless,
    switched,
    unchanged,
    unfenced,
)
from rehearsal.runs import green, killed_at, runbook
from rehearsal.seeding import seeded
from tests.defects import MIRRORED, Defect
from tests.defects.shell import ETCDCTL

SINCE = ("between-mirror-and-fence", "while-a-member-was-deaf", "after-the-fence")


pytestmark = pytest.mark.usefixtures("fresh")


def written(view: Hosts, name: str) -> None:
    view.kubectl("create", "configmap", name)


def config_maps(view: Hosts) -> set[str]:
    listed = view.kubectl("get", "configmaps", "-o", "jsonpath={.items[*].metadata.name}")
    return set(listed.split()) - {"kube-root-ca.crt"}


def test_a_small_disk_of_its_own_for_a_coming_member(view: Hosts) -> None:
    """Of another file system than the rest of its host; it is full later on."""
    view.fleet["emei"].check("mkdir -p /var/lib/etcd && mount -t tmpfs -o size=300m,mode=0700 etcd-disk /var/lib/etcd")


def test_run_killed_while_it_makes_the_new_cluster_is_finished_by_the_same_command(nodes: Path, view: Hosts) -> None:
    written(view, "from-the-beginning")
    written(view, "deleted-during-the-copy")
    killed_at("emei: an empty member of the new etcd cluster …", "--to=2.1", nodes=nodes)
    green(runbook("--to=2.1", nodes=nodes))


def test_full_disk_of_a_new_member_is_told_and_room_lets_the_run_go_on(nodes: Path, view: Hosts) -> None:
    emei = view.fleet["emei"]
    emei.check("head -c 300m /dev/zero > /var/lib/etcd/filling 2>/dev/null; df /var/lib/etcd | grep -q 100%")
    before = apiserver(view)
    try:
        with unchanged(view):
            run = runbook("--to=2.2", nodes=nodes)
    finally:
        emei.check("rm /var/lib/etcd/filling")
    assert run.status == 1, run.told
    assert apiserver(view) == before
    wait_until("the member with room again", lambda: _unhealthy(view), 120)


def _unhealthy(view: Hosts) -> str:
    return view.fleet["emei"].run(f"{ETCDCTL} --command-timeout=3s endpoint health 2>&1 | grep -v successfully").stdout


def test_run_killed_during_the_copy_does_not_end_the_copy(nodes: Path, view: Hosts) -> None:
    killed_at(THE_COPY, "--to=2.2", nodes=nodes, then=partial(mirrors, view))
    assert mirrors(view) == ""


def test_mirror_that_was_killed_is_begun_anew_and_what_was_deleted_stays_so(nodes: Path, view: Hosts) -> None:
    view.first.run("systemctl kill --signal=KILL kubeadm-ha-mirror")
    view.kubectl("delete", "configmap", "deleted-during-the-copy")
    green(runbook("--to=2.2", nodes=nodes))
    written(view, "between-mirror-and-fence")


def test_member_that_does_not_answer_at_the_switch_leaves_all_as_it_was(nodes: Path, view: Hosts) -> None:
    """The one that the mirror does not write to: that it is gone shows under the fence."""
    wudang, before = view.fleet["wudang"], apiserver(view)
    wudang.check(
        "nft add table inet deaf; nft 'add chain inet deaf in { type filter hook input priority 0; }';"
        " nft add rule inet deaf in ip saddr 10.27.53.32 tcp dport 2379 reject with tcp reset"
    )
    try:
        run = runbook("--to=2.3", nodes=nodes)
    finally:
        wudang.check("nft delete table inet deaf")
    assert run.status == 1, run.told
    assert "it went back to the old etcd: a member of the new cluster does not answer" in run.output
    assert apiserver(view) == before
    assert unfenced(view) == ""
    written(view, "while-a-member-was-deaf")


def test_fence_goes_by_itself_when_nobody_is_left(nodes: Path, view: Hosts) -> None:
    """Neither the run nor what it started on the host: the timer there goes back."""

    def nobody() -> str:
        if not (standing := fenced(view)):
            view.first.check("systemctl kill --signal=KILL kubeadm-ha-switch")
        return standing

    before = apiserver(view)
    restless(view)
    with unchanged(view):
        killed_at(THE_SWITCH, "--to=2.3", nodes=nodes, then=nobody)
        assert fenced(view) == ""
        wait_until("the fence gone", partial(unfenced, view), FENCED_SECONDS + 30)
    rested(view)
    assert apiserver(view) == before
    written(view, "after-the-fence")
    wait_until("every kubelet's lease renewed", partial(behind, view), 60)


def test_run_killed_at_the_switch_is_finished_by_the_same_command(nodes: Path, view: Hosts) -> None:
    with unchanged(view):
        killed_at(THE_SWITCH, "--to=2.3", nodes=nodes, then=partial(switched, view))
        green(runbook("--to=2.3", nodes=nodes))
    assert config_maps(view) == {"from-the-beginning", *SINCE}


def test_no_key_has_lost_its_lease(view: Hosts) -> None:
    """Those that have one in a cluster of Kubernetes: events, and the apiservers' own addresses."""
    for kind in ("events", "masterleases"):
        listed = view.fleet["wudang"].check(f"{ETCDCTL} get --prefix /registry/{kind}/ -w fields")
        leases = [line.rpartition(" ")[2] for line in listed.splitlines() if line.startswith('"Lease" : ')]
        assert leases
        assert "0" not in leases


def test_nobody_works_from_a_cache_of_the_old_etcd(view: Hosts) -> None:
    """What is written after the switch is heard by scheduler, controllers, every kubelet and every kube-proxy."""
    view.kubectl("create", "deployment", "web", "--image=registry.lab/web:1", "--replicas=3")
    view.kubectl("expose", "deployment", "web", "--port=80", "--target-port=8080")
    address = view.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
    for name in cluster.NODES:
        wait_until(f"the service from {name}", partial(_silent, view, name, address), 60)
    view.kubectl("delete", "pods", "-l", "app=web", "--wait=true", "--grace-period=0", "--force", deadline=60)
    view.kubectl("rollout", "status", "deployment/web", "--timeout=60s", deadline=70)
    changed = '[{"op": "replace", "path": "/spec/ports/0/port", "value": 81}]'
    view.kubectl("patch", "service", "web", "--type=json", "-p", changed)
    for name in cluster.NODES:
        wait_until(f"the changed service from {name}", partial(_silent, view, name, f"{address}:81"), 60)
    view.kubectl("delete", "deployment,service", "web")


def _silent(view: Hosts, node: str, where: str) -> str:
    answer = view.fleet[node].run(f"curl -s -o /dev/null --max-time 2 http://{where}/")
    return "" if answer.status == 0 else f"curl ended with {answer.status}"


def test_run_killed_while_the_first_master_joins_is_finished_by_the_same_command(nodes: Path, view: Hosts) -> None:
    with unchanged(view):
        killed_at("shaolin: static pod etcd …", "--to=2.4", nodes=nodes)
        green(runbook("--to=2.4", nodes=nodes))


def test_run_killed_on_the_way_back_is_finished_by_the_same_command(nodes: Path, view: Hosts) -> None:
    with unchanged(view):
        killed_at(
            "kube-apiserver on its own etcd again …", "--to=2.5", nodes=nodes, then=partial(on_the_way_back, view)
        )
        green(runbook("--to=2.5", nodes=nodes))


def test_conversion_ends_green_and_a_second_run_changes_nothing(nodes: Path, view: Hosts) -> None:
    green(runbook(nodes=nodes))
    again = runbook(nodes=nodes)
    green(again)
    assert "no change was needed" in again.output
    assert config_maps(view) == {"from-the-beginning", *SINCE}


@pytest.mark.parametrize("defect", MIRRORED, ids=str)
def test_defect_of_this_road_is_red_where_it_says(defect: Defect, nodes: Path, view: Hosts) -> None:
    """At rest before, and again once it is seeded: a controller whose apiserver is started anew may end, and wait."""
    cluster.settled(view)
    with seeded(view, [defect]):
        cluster.settled(view)
        run = runbook("-m", "verify", nodes=nodes)
    found = {case.name for case in run.of("failed") + run.of("error")}
    assert found == set(defect.red), run.told


def test_audit_is_green(nodes: Path, view: Hosts) -> None:
    cluster.settled(view)
    began = time.monotonic()
    green(runbook("-m", "verify", nodes=nodes))
    print(f"  audit in {time.monotonic() - began:.1f} s")
