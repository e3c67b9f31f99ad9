"""Step 2: what etcd's growth is made of, and in which order."""

import re
from dataclasses import replace

import pytest

from changes.certificates import Signed
from changes.change import Change
from changes.etcd_members import Learner, Snapshot, Voter
from changes.files import Copied
from changes.seen import Seen
from changes.static_pods import StaticPod
from formats import manifests
from steps import etcd_cluster
from tests.steps import states
from tests.steps.states import contents, every_state, listed, table

EXPECTED = """\
shaolin: a verified snapshot of etcd in /var/lib/kubeadm-ha
wudang: /etc/kubernetes/pki/etcd/ca.crt as on the first master
emei: /etc/kubernetes/pki/etcd/ca.crt as on the first master
wudang: /etc/kubernetes/pki/etcd/ca.key as on the first master
emei: /etc/kubernetes/pki/etcd/ca.key as on the first master
wudang: folder /var/lib/etcd
emei: folder /var/lib/etcd
wudang: /etc/kubernetes/pki/etcd/server.crt for wudang
emei: /etc/kubernetes/pki/etcd/server.crt for emei
wudang: /etc/kubernetes/pki/etcd/peer.crt for wudang
emei: /etc/kubernetes/pki/etcd/peer.crt for emei
wudang: /etc/kubernetes/pki/etcd/healthcheck-client.crt for kube-etcd-healthcheck-client
emei: /etc/kubernetes/pki/etcd/healthcheck-client.crt for kube-etcd-healthcheck-client
wudang: member of etcd at https://10.24.138.208:2380, first as a learner
wudang: static pod etcd
wudang: its etcd member votes
wudang: its etcd member serves clients
emei: member of etcd at https://10.27.52.72:2380, first as a learner
emei: static pod etcd
emei: its etcd member votes
emei: its etcd member serves clients
"""
MASTERS = ("shaolin", "wudang", "emei")


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(etcd_cluster, seen, states.inventory())
    assert table(changes) == EXPECTED
    fresh = listed(etcd_cluster, states.fresh(), states.inventory())
    assert contents(_without_members(changes)) == contents(_without_members(fresh))


def test_the_snapshot_comes_before_everything_and_bears_the_clusters_id() -> None:
    assert listed(etcd_cluster, states.fresh(), states.inventory())[0] == Snapshot("shaolin", "cafe")


def test_both_masters_are_staged_whole_before_the_first_learner() -> None:
    """Two voters tolerate no loss: what can be prepared for the third is prepared before there are two."""
    changes = listed(etcd_cluster, states.fresh(), states.inventory())
    joins = _places(changes, Learner, Voter)
    assert max(_places(changes, Copied, Signed)) < min(joins)
    assert {changes[place].node for place in joins} == {"wudang", "emei"}


def test_one_member_votes_before_the_next_is_added() -> None:
    """etcd takes one learner at a time, and a second one would be in the way of the first's promotion."""
    changes = listed(etcd_cluster, states.fresh(), states.inventory())
    assert [(type(changes[place]), changes[place].node) for place in _places(changes, Learner, Voter)] == [
        (Learner, "wudang"),
        (Voter, "wudang"),
        (Learner, "emei"),
        (Voter, "emei"),
    ]


@pytest.mark.parametrize(
    ("name", "cluster"),
    [
        ("wudang", "shaolin=https://10.27.53.32:2380,wudang=https://10.24.138.208:2380"),
        (
            "emei",
            "shaolin=https://10.27.53.32:2380,wudang=https://10.24.138.208:2380,emei=https://10.27.52.72:2380",
        ),
    ],
)
def test_a_new_member_is_told_of_those_that_stand_when_it_joins(name: str, cluster: str) -> None:
    """etcd compares the list with the members that there are and does not start where the numbers differ."""
    flags = manifests.parse(_pods(states.fresh())[name].text)
    assert flags.flag("--initial-cluster") == cluster
    assert flags.flag("--initial-cluster-state") == "existing"
    assert flags.flag("--name") == name


def test_a_new_member_is_told_of_those_that_joined_out_of_turn() -> None:
    """nodes.yaml was put in another order after an interrupted run: emei votes, wudang is still to come."""
    pods = _pods(replace(states.fresh(), members=states.members("shaolin", "emei")))
    told = manifests.parse(pods["wudang"].text).flag("--initial-cluster") or ""
    assert set(told.split(",")) == {f"{name}=https://{states.ADDRESSES[name]}:2380" for name in MASTERS}


def test_a_new_member_is_told_of_nobody_who_is_still_to_come() -> None:
    """emei is first here: a list with one more than there are keeps it from starting."""
    inventory = states.inventory("shaolin:master emei:master wudang:master huashan:worker")
    changes = listed(etcd_cluster, states.fresh(), inventory)
    pods = {change.node: change.text for change in changes if isinstance(change, StaticPod)}
    assert "wudang" not in (manifests.parse(pods["emei"]).flag("--initial-cluster") or "")


def test_what_a_member_is_told_follows_from_the_members_and_not_from_the_run() -> None:
    """A dead learner is a member: whoever starts must count it, whichever run added it."""
    told = manifests.parse(_pods(states.dead_learner())["emei"].text).flag("--initial-cluster") or ""
    assert [one.partition("=")[0] for one in told.split(",")] == list(MASTERS)


def test_who_was_there_at_the_first_start_is_no_difference_later() -> None:
    """`kubeadm upgrade` writes all members into every manifest: no reason to restart a member."""
    for pod in _pods(states.done()).values():
        assert set(pod.ignoring) == {"--initial-cluster", "--initial-cluster-state"}


def test_the_authoritys_key_is_for_root_alone_and_its_certificate_for_all() -> None:
    copied = [one for one in listed(etcd_cluster, states.fresh(), states.inventory()) if isinstance(one, Copied)]
    assert {one.path: f"{one.mode:04o}" for one in copied} == {
        "/etc/kubernetes/pki/etcd/ca.crt": "0644",
        "/etc/kubernetes/pki/etcd/ca.key": "0600",
    }


def test_files_that_etcds_manifest_names_are_there_before_it_starts() -> None:
    path = "/etc/kubernetes/pki/etcd/crl.pem"
    texts = states.sample_manifests()
    flag = "    - --client-cert-auth=true\n"
    texts["etcd"] = texts["etcd"].replace(flag, f"{flag}    - --client-crl-file={path}\n")
    seen = replace(states.fresh(), manifests=texts, carriages=states.carriages(texts))
    changes = listed(etcd_cluster, seen, states.inventory())
    copied = [place for place in _places(changes, Copied) if getattr(changes[place], "path", "") == path]
    assert {changes[place].node for place in copied} == {"wudang", "emei"}
    assert max(copied) < min(_places(changes, StaticPod, Learner))


def test_certificates_are_signed_by_etcds_own_authority_for_the_members_own_address() -> None:
    changes = listed(etcd_cluster, states.fresh(), states.inventory())
    for signed in (one for one in changes if isinstance(one, Signed)):
        assert signed.authority == "/etc/kubernetes/pki/etcd/ca"
        if signed.path.endswith(("/server", "/peer")):
            assert set(signed.request.names) == {"localhost", signed.node}
            assert signed.request.addresses == (states.ADDRESSES[signed.node], "127.0.0.1", "::1")


def test_extra_names_of_etcds_certificates_are_the_clusters() -> None:
    seen = replace(states.fresh(), configuration=states.configuration("kubeadm-config-full"))
    signed = {
        one.path.rpartition("/")[2]: one.request
        for one in listed(etcd_cluster, seen, states.inventory())
        if isinstance(one, Signed) and one.node == "wudang"
    }
    assert "etcd.example" in signed["server"].names
    assert "etcd.example" not in signed["peer"].names
    assert "192.0.2.8" in signed["peer"].addresses
    assert {f"{request.lifetime.days} days" for request in signed.values()} == {"182 days"}


def _pods(seen: Seen) -> dict[str, StaticPod]:
    changes = listed(etcd_cluster, seen, states.inventory())
    return {change.node: change for change in changes if isinstance(change, StaticPod)}


def _without_members(changes: list[Change]) -> list[Change]:
    """With the list of members taken out of the manifests: it follows from who is there, and counts once."""
    return [
        replace(one, text=re.sub("--initial-cluster=.*", "", one.text)) if isinstance(one, StaticPod) else one
        for one in changes
    ]


def _places(changes: list[Change], *kinds: type) -> list[int]:
    return [place for place, change in enumerate(changes) if isinstance(change, kinds)]
