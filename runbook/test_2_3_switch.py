"""Step 2.3, on the article's own road. The first master's apiserver leaves the old etcd.

Writers are fenced off, every key is seen equal on both sides, the only apiserver is started anew on the new members:
docs/etcd-mirror.md has it in detail. Then the old etcd is taken away, its data renamed and kept.

What it costs: the API is gone for as long as an apiserver takes to start. The gate: the proof of the switch, and no
revision of the old etcd any more. The way back: until the switch by itself; after it the old database, as it was then.
"""

import pytest

from checks.etcd_mirror import revision, without_lease
from formats.etcd import Begun, Proof
from nodes.hosts import Hosts

pytestmark = [pytest.mark.road("mirror"), pytest.mark.step(2, part=3)]


@pytest.mark.change
def test_first_apiserver_has_left_the_old_etcd(switched_apiserver: list[str]) -> None:
    """Before the switch it has gone back by itself, and says why; after it, the same command goes on from there."""
    assert not switched_apiserver, "\n".join(switched_apiserver)


@pytest.mark.verify
def test_switch_saw_every_key_equal_on_both_sides(proof: Proof, begun: Begun) -> None:
    """Without that proof nobody knows what was lost: compare with the snapshot that step 2 began with."""
    assert proof.keys > 0
    assert proof.old == proof.new, f"digests over {proof.keys} keys at revision {proof.revision}"
    assert proof.from_cluster == begun.from_cluster
    assert proof.revision < begun.ahead, "clients have seen revisions that the new cluster is still to come to"


@pytest.mark.verify
def test_no_key_has_lost_its_lease(hosts: Hosts) -> None:
    """Such a key lives for ever: `etcdctl put --ignore-value --lease=ID KEY` gives it the lease of `lease grant`."""
    assert not without_lease(hosts)


@pytest.mark.verify
def test_first_apiserver_shows_no_revision_of_the_old_etcd(begun: Begun, hosts: Hosts) -> None:
    """It reads from the old database still, or again: see --etcd-servers in its manifest, and who listens there."""
    shown = revision(hosts, hosts.first_master)
    assert shown >= begun.ahead, f"it lists at revision {shown}, and the new cluster began at {begun.ahead}"
