"""Step 2.1, on the article's own road (`cluster: {etcd: mirror}`). A new etcd cluster.

Two members begin on the coming masters, empty, with etcd's own authority and kubeadm's names, at a revision that the
old etcd will never come to. The old etcd goes on as it is, and nobody reads from the new one yet.

What changes: a snapshot and a note on the first master; etcd's CA, certificates, data and static pod on the others.
The gate: one cluster, another than the old one. The way back: remove what was added, then the note.
"""

import pytest

from checks.etcd import View
from checks.gathering import Gathered
from formats.etcd import Begun
from nodes.hosts import Hosts

pytestmark = [pytest.mark.road("mirror"), pytest.mark.step(2, part=1)]


@pytest.mark.change
def test_a_new_etcd_cluster_stands_on_the_coming_masters(new_etcd_cluster: list[str]) -> None:
    """Run the same command again: what is there already is kept. A member that never starts: its static pod's log."""
    assert not new_etcd_cluster, "\n".join(new_etcd_cluster)


@pytest.mark.verify
def test_new_members_are_one_cluster_and_not_the_old_one(members: Gathered[View], begun: Begun, hosts: Hosts) -> None:
    """A member that began alone: remove its static pod and its data, and run the same command again."""
    new = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = {name: members[name].listed.cluster_id for name in new}
    assert len(set(found.values())) == 1, found
    assert begun.from_cluster not in found.values(), "it is the old cluster, grown"


@pytest.mark.verify
def test_new_cluster_began_above_every_revision_of_the_old_one(
    members: Gathered[View], begun: Begun, hosts: Hosts
) -> None:
    """A lower one would show clients the past, and caches would stay stale: begin 2.1 anew, with empty members."""
    new = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = {name: members[name].status.revision for name in new}
    assert all(one >= begun.ahead for one in found.values()), f"{found}, begun at {begun.ahead}"


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
