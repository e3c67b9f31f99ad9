"""Step 2.4, on the article's own road. The first master is the third member.

It joins the new cluster as any master would, a learner first. Until then the loss of either member stops all writes.

What changes: etcd's static pod and data on the first master. The gate: every master answers as a member of the cluster
that the switch led to. The way back: `etcdctl member remove`, and never use its data directory again.
"""

import pytest

from checks import etcd
from checks.etcd import View
from checks.gathering import Gathered
from formats.etcd import Proof
from nodes.hosts import Hosts

pytestmark = [pytest.mark.road("mirror"), pytest.mark.step(2, part=4)]


@pytest.mark.change
def test_first_master_is_the_third_member(third_etcd_member: list[str]) -> None:
    """Run the same command again: what is there already is kept. A learner that never starts: its static pod's log."""
    assert not third_etcd_member, "\n".join(third_etcd_member)


@pytest.mark.verify
def test_every_master_answers_as_a_member_of_the_new_cluster(
    members: Gathered[View], proof: Proof, hosts: Hosts
) -> None:
    """Another id than that of the switch: somebody has restored a database since, or started one anew."""
    found = {name: view.listed.cluster_id for name, view in members.items()}
    assert found == dict.fromkeys(found, proof.to_cluster)
    assert etcd.linearizable_read(hosts, hosts.fleet.reader(hosts.first_master)) == etcd.KUBE_SYSTEM
