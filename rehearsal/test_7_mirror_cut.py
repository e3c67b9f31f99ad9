"""The other road for etcd: the first master or the connection to it lost wherever it can be; a stranger's write."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nodes.hosts import Hosts
from nodes.waiting import wait_until
from rehearsal import cluster
from rehearsal.mirroring import (
    THE_COPY,
    THE_SWITCH,
    apiserver,
    behind,
    cut_at,
    fenced,
    mirrors,
    objects,
    powerless_at,
    rested,
    restless,
    silent_at,
    switched,
    unchanged,
    unfenced,
)
from rehearsal.runs import green, runbook
from tests.defects.shell import ETCDCTL

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.fixture
def view(lab_up: None) -> Iterator[Hosts]:
    """For each test anew: a host that has lost its power has lost the connections to it."""
    hosts = cluster.connect()
    yield hosts
    hosts.fleet.close()


def test_host_that_falls_silent_during_the_copy_costs_the_run_and_not_the_copy(nodes: Path, view: Hosts) -> None:
    silent_at(THE_COPY, nodes, view, "--to=2.2", then=partial(mirrors, view))
    assert mirrors(view) == ""
    green(runbook("--to=2.2", nodes=nodes))


def test_key_that_a_stranger_puts_into_the_new_cluster_does_not_come_along(nodes: Path, view: Hosts) -> None:
    """It is of no use to follow any longer: the copy is begun anew, in an empty cluster."""
    view.fleet["emei"].check(f"{ETCDCTL} put /registry/configmaps/default/of-a-stranger x")
    with unchanged(view):
        run = runbook("--to=2.2", nodes=nodes)
    green(run)
    assert '"/registry/configmaps/default/of-a-stranger"' in run.output
    assert view.fleet["emei"].check(f"{ETCDCTL} get --keys-only /registry/configmaps/default/of-a-stranger") == ""


def test_connection_cut_under_the_fence_ends_with_the_old_etcd(nodes: Path, view: Hosts) -> None:
    """What runs on the host is not brought to its end either: keys are deleted all the while."""
    before = apiserver(view)
    restless(view)
    with unchanged(view):
        cut_at(THE_SWITCH, nodes, view, "--to=2.3", then=partial(fenced, view))
        wait_until("the fence gone", partial(unfenced, view), 60)
    rested(view)
    assert apiserver(view) == before
    wait_until("every kubelet's lease renewed", partial(behind, view), 60)


def test_power_lost_under_the_fence_ends_with_the_old_etcd(nodes: Path, view: Hosts) -> None:
    """The timer is gone and the fence is not, for etcd keeps its alarms: the host goes back when it is started."""
    before = objects(view)
    restless(view)
    powerless_at(THE_SWITCH, nodes, "--to=2.3", then=partial(fenced, view))
    again = cluster.connect()
    try:
        wait_until("the fence gone", partial(unfenced, again), 120)
        wait_until("the same objects", lambda: "" if objects(again) == before else "others", 120)
        rested(again)
        wait_until("every kubelet's lease renewed", partial(behind, again), 120)
        again.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=120s", deadline=130)
        assert again.first.check("systemctl list-unit-files 'kubeadm-ha-fence*' --no-legend || true") == ""
    finally:
        again.fleet.close()
    green(runbook("--to=2.2", nodes=nodes))


def test_connection_cut_at_the_switch_does_not_stop_it(nodes: Path, view: Hosts) -> None:
    with unchanged(view):
        cut_at(THE_SWITCH, nodes, view, "--to=2.3", then=partial(fenced, view))
        wait_until("the switch", partial(switched, view), 60)
        green(runbook("--to=2.3", nodes=nodes))


def test_connection_cut_while_the_first_master_joins_is_finished_by_the_same_command(nodes: Path, view: Hosts) -> None:
    with unchanged(view):
        cut_at("shaolin: static pod etcd …", nodes, view, "--to=2.4")
        green(runbook("--to=2", nodes=nodes))
