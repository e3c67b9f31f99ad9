"""Step 2. The etcd cluster.

etcd grows from one member to one on each master, one at a time. A new member is a learner first: it copies the data
without a vote, so a mistake costs nothing; it is promoted when it has caught up. Both new masters are staged whole,
certificates and all, before the first promotion, since a cluster of two voters stops writing when it loses either.

What changes: a verified snapshot on the first master; etcd's CA, certificates and static pod on the new ones. No
apiserver is restarted. The gate: one cluster, the one that it began as, with the same data on every member. The way
back: `etcdctl member remove` for the newest member first; never use its data directory again.
"""

import pytest

from checks import etcd
from checks.connections import silent
from checks.etcd import View
from checks.gathering import Gathered
from checks.pairs import Held, Wanted
from checks.static_pods import StaticPods
from formats.kubeadm import PAIRS, url
from formats.ports import ETCD_CLIENT, ETCD_PEER
from nodes.hosts import Hosts

pytestmark = pytest.mark.step(2)

# Members compact and defragment on their own: what is in use differs a little on healthy ones (etcd#14249).
SIZE_TOLERANCE = 0.25
SIZE_SLACK_BYTES = 1 << 20


@pytest.mark.road("grow")
@pytest.mark.change
def test_etcd_has_grown_to_every_master(etcd_cluster: list[str]) -> None:
    """Run the same command again: what is there already is kept. A learner that never starts: its static pod's log."""
    assert not etcd_cluster, "\n".join(etcd_cluster)


@pytest.mark.verify
def test_master_has_a_voting_member_of_its_own(master: str, members: Gathered[View], hosts: Hosts) -> None:
    """The etcd container's log on this master (/var/log/containers); a learner that lags: run step 2 again."""
    member = members[master].member
    assert member is not None, f"the member on {master} is not in its own list"
    assert (member.name, member.learner) == (master, False)
    address = hosts.inventory.nodes[master].address
    assert (member.peer_urls, member.client_urls) == ((url(address, ETCD_PEER),), (url(address, ETCD_CLIENT),))


@pytest.mark.verify
def test_master_reaches_every_other_member(master: str, hosts: Hosts) -> None:
    """A firewall or a route between the two, port 2380: as long as nobody needs that way, nothing else shows it."""
    others = [(node.address, ETCD_PEER) for node in hosts.inventory.masters if node.name != master]
    assert not silent(hosts.fleet.reader(master), others)


@pytest.mark.verify
def test_files_that_members_share_are_the_first_masters_here(
    master: str, unlike_the_first: Gathered[dict[str, list[str]]]
) -> None:
    """With another authority, what one master signs the others refuse, at the next renewal: copy it from the first."""
    found = unlike_the_first[master]["etcd"]
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_etcds_certificates_fit_their_master_and_their_keys(master: str, held: Gathered[Held], wanted: Wanted) -> None:
    """etcd reads them at every handshake: the next one fails. Run step 2 again, which signs what is wrong."""
    of_etcd = [path for path in PAIRS if path.startswith("etcd/")]
    faults = [fault for path in of_etcd for fault in wanted.faults_of_pair(held[master], master, path)]
    assert not faults, "\n".join(["", *faults])


@pytest.mark.verify
def test_etcd_runs_as_the_first_masters_does(master: str, static_pods: StaticPods) -> None:
    """A quota or a limit that differs shows when it is reached: make the two manifests agree, one master at a time."""
    found = static_pods.drift(master, "etcd")
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_every_member_gives_the_same_list_and_cluster(members: Gathered[View], hosts: Hosts) -> None:
    """Two ids mean two clusters: a member was started new instead of joining. Stop, and compare with the snapshot."""
    lists = {name: (view.listed.cluster_id, frozenset(view.listed.members)) for name, view in members.items()}
    assert len(set(lists.values())) == 1, lists
    assert {member.name for _, found in lists.values() for member in found} == {
        node.name for node in hosts.inventory.masters
    }


@pytest.mark.verify
def test_etcd_is_the_cluster_that_it_began_as(members: Gathered[View], began_as: str) -> None:
    """Another id means that the data was restored or started anew since step 1 wrote the id down."""
    assert {name: view.listed.cluster_id for name, view in members.items()} == {
        name: began_as for name, _ in members.items()
    }


@pytest.mark.verify
def test_members_follow_one_leader_in_one_term(members: Gathered[View]) -> None:
    """Terms that differ for more than a moment: the members cannot reach each other on port 2380."""
    views = {name: (view.status.leader_id, view.status.term) for name, view in members.items()}
    assert len(set(views.values())) == 1, views
    assert next(iter(views.values()))[0], f"no leader: {views}"


@pytest.mark.verify
def test_member_answers_a_read_that_a_quorum_has_confirmed(master: str, hosts: Hosts) -> None:
    """The member is cut off from the others, or its disk is too slow: `etcdctl endpoint status` on each master."""
    assert etcd.linearizable_read(hosts, hosts.fleet.reader(master)) == etcd.KUBE_SYSTEM, (
        "it answers, but not with this cluster's data"
    )


@pytest.mark.verify
def test_members_hold_the_same_data(members: Gathered[View], hosts: Hosts) -> None:
    """Hashes over one revision that differ: a member is corrupt. Remove it and add it anew; do not promote others."""
    revision = max(view.status.revision for _, view in members.items())
    found = etcd.hashes(hosts, revision)
    assert len(set(found.values())) == 1, f"at revision {revision}: {found}"
    assert len(found) == len(hosts.inventory.masters)


@pytest.mark.verify
def test_database_sizes_agree_within_a_quarter(members: Gathered[View]) -> None:
    """A member whose size in use stands apart has not applied, or not compacted, what the others have."""
    sizes = {name: view.status.db_size_in_use for name, view in members.items()}
    apart = max(sizes.values()) - min(sizes.values())
    assert apart <= max(SIZE_TOLERANCE * max(sizes.values()), SIZE_SLACK_BYTES), f"bytes in use: {sizes}"


@pytest.mark.verify
def test_no_member_is_a_learner_or_raises_an_alarm(members: Gathered[View]) -> None:
    """A learner left behind is promoted or removed by hand; an alarm is cleared at its cause, then disarmed."""
    learners = {name: [m.name or m.id for m in view.listed.members if m.learner] for name, view in members.items()}
    alarms = {name: view.alarms for name, view in members.items()}
    assert not any(learners.values()), learners
    assert not any(alarms.values()), alarms


@pytest.mark.trial
def test_key_put_on_this_member_is_read_on_the_others(master: str, hosts: Hosts) -> None:
    """A put that fails here alone: this member cannot reach the leader."""
    key, value = f"/kubeadm-ha-trial/{master}", f"put on {master}"
    hosts.etcdctl("put", key, value, on=master)
    try:
        read = {
            node.name: hosts.etcdctl("get", "--print-value-only", key, on=node.name).strip()
            for node in hosts.inventory.masters
        }
        assert read == {node.name: value for node in hosts.inventory.masters}
    finally:
        hosts.etcdctl("del", key, on=master)
