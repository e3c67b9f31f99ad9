"""Step 2, on the article's own road: `cluster: {etcd: mirror}` in nodes.yaml.

etcd does not grow: a new cluster of two members begins on the coming masters, empty and at a revision that the old
etcd will never come to (2.1); the old data is mirrored into it, key by key (2.2); the only apiserver leaves the old
etcd once every key has been seen equal on both sides with writers fenced off, and the old etcd is taken away (2.3); the
first master comes back as the third member (2.4); its apiserver goes back to its own etcd (2.5). The run can stop
between any two of them, and goes on from there.

What it costs: the only apiserver is started anew twice, in 2.3 and in 2.5. Until 2.3 nothing has happened that is not
undone by removing the new members. The way back after that is the old database, renamed beside where it was.
"""

import pytest

from checks import etcd
from checks.etcd import View
from checks.etcd_mirror import read_from, revision
from checks.gathering import Gathered
from formats.etcd import Begun, Proof
from nodes.hosts import Hosts

pytestmark = pytest.mark.road("mirror")

LOOPBACK = "127.0.0.1"


@pytest.mark.step(2, part=1)
@pytest.mark.change
def test_a_new_etcd_cluster_stands_on_the_coming_masters(new_etcd_cluster: list[str]) -> None:
    """Run the same command again: what is there already is kept. A member that never starts: its static pod's log."""
    assert not new_etcd_cluster, "\n".join(new_etcd_cluster)


@pytest.mark.step(2, part=1)
@pytest.mark.verify
def test_new_members_are_one_cluster_and_not_the_old_one(members: Gathered[View], begun: Begun, hosts: Hosts) -> None:
    """A member that began alone: remove its static pod and its data, and run the same command again."""
    new = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = {name: members[name].listed.cluster_id for name in new}
    assert len(set(found.values())) == 1, found
    assert begun.from_cluster not in found.values(), "it is the old cluster, grown"


@pytest.mark.step(2, part=1)
@pytest.mark.verify
def test_new_cluster_began_above_every_revision_of_the_old_one(
    members: Gathered[View], begun: Begun, hosts: Hosts
) -> None:
    """A lower one would show clients the past, and caches would stay stale: begin 2.1 anew, with empty members."""
    new = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = {name: members[name].status.revision for name in new}
    assert all(one >= begun.ahead for one in found.values()), f"{found}, begun at {begun.ahead}"


@pytest.mark.step(2, part=1)
@pytest.mark.trial
def test_key_put_on_a_new_member_is_read_on_the_others(hosts: Hosts) -> None:
    """The article's foo: a put that fails says that the two do not reach each other on port 2380."""
    new = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    key, value = "/kubeadm-ha-trial/new", f"put on {new[0]}"
    hosts.etcdctl("put", key, value, on=new[0])
    try:
        read = {name: hosts.etcdctl("get", "--print-value-only", key, on=name).strip() for name in new}
        assert read == dict.fromkeys(new, value)
    finally:
        hosts.etcdctl("del", key, on=new[0])


@pytest.mark.step(2, part=2)
@pytest.mark.change
def test_old_etcds_data_is_in_the_new_cluster(mirrored_data: list[str]) -> None:
    """Run the same command again: the mirror is begun anew. Why it ended: `journalctl -u kubeadm-ha-mirror`."""
    assert not mirrored_data, "\n".join(mirrored_data)


@pytest.mark.step(2, part=2)
@pytest.mark.verify
def test_mirror_follows_until_the_switch(mirror: str) -> None:
    """A mirror that has ended copies nothing more: run the same command again before anything else."""
    assert mirror in ("follows", "switched")


@pytest.mark.step(2, part=3)
@pytest.mark.change
def test_first_apiserver_has_left_the_old_etcd(switched_apiserver: list[str]) -> None:
    """Before the switch it has gone back by itself, and says why; after it, the same command goes on from there."""
    assert not switched_apiserver, "\n".join(switched_apiserver)


@pytest.mark.step(2, part=3)
@pytest.mark.verify
def test_switch_saw_every_key_equal_on_both_sides(proof: Proof, begun: Begun) -> None:
    """Without that proof nobody knows what was lost: compare with the snapshot that step 2 began with."""
    assert proof.keys > 0
    assert proof.old == proof.new, f"digests over {proof.keys} keys at revision {proof.revision}"
    assert proof.from_cluster == begun.from_cluster


@pytest.mark.step(2, part=3)
@pytest.mark.verify
def test_first_apiserver_shows_no_revision_of_the_old_etcd(begun: Begun, hosts: Hosts) -> None:
    """It reads from the old database still, or again: see --etcd-servers in its manifest, and who listens there."""
    shown = revision(hosts, hosts.first_master)
    assert shown >= begun.ahead, f"it lists at revision {shown}, and the new cluster began at {begun.ahead}"


@pytest.mark.step(2, part=4)
@pytest.mark.change
def test_first_master_is_the_third_member(third_etcd_member: list[str]) -> None:
    """Run the same command again: what is there already is kept. A learner that never starts: its static pod's log."""
    assert not third_etcd_member, "\n".join(third_etcd_member)


@pytest.mark.step(2, part=4)
@pytest.mark.verify
def test_every_master_answers_as_a_member_of_the_new_cluster(
    members: Gathered[View], proof: Proof, hosts: Hosts
) -> None:
    """Another id than that of the switch: somebody has restored a database since, or started one anew."""
    found = {name: view.listed.cluster_id for name, view in members.items()}
    assert found == dict.fromkeys(found, proof.to_cluster)
    assert etcd.linearizable_read(hosts, hosts.fleet.reader(hosts.first_master)) == etcd.KUBE_SYSTEM


@pytest.mark.step(2, part=5)
@pytest.mark.change
def test_first_apiserver_is_back_at_its_own_etcd(apiservers_own_etcd: list[str]) -> None:
    """Its container's log on the first master says what it waits for (/var/log/containers)."""
    assert not apiservers_own_etcd, "\n".join(apiservers_own_etcd)


@pytest.mark.step(2, part=5)
@pytest.mark.verify
def test_first_apiserver_is_connected_to_its_own_etcd(hosts: Hosts) -> None:
    """Another member's loss would be this apiserver's: see --etcd-servers in its manifest."""
    assert read_from(hosts, hosts.first_master) == {LOOPBACK}
