"""Step 2 on the road `mirror`: what each of its parts is made of, in which order, wherever an earlier run stopped."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from changes.batch import ToDo, flat
from changes.etcd_after import AfterTheSwitch, OldEtcdAway, Proved
from changes.etcd_birth import AHEAD, NewMember
from changes.etcd_members import Learner, Snapshot
from changes.etcd_mirror import Mirrored
from changes.etcd_switch import BackAtItsOwn, Switched
from changes.files import File
from changes.seen import Seen
from changes.static_pods import StaticPod
from formats import etcd, manifests, yamltext
from nodes.inventory import Inventory
from steps import etcd_mirror
from tests.steps import mirrored, states
from tests.steps.mirrored import every_state
from tests.steps.states import contents, table

Part = Callable[[Seen, Inventory], ToDo]

EXPECTED: dict[Part, str] = {
    etcd_mirror.new_cluster: """\
shaolin: a verified snapshot of etcd in /var/lib/kubeadm-ha
shaolin: /var/lib/kubeadm-ha/etcd-mirror.json
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
wudang: an empty member of the new etcd cluster
emei: an empty member of the new etcd cluster
wudang: static pod etcd
emei: static pod etcd
wudang: its etcd member serves clients
emei: its etcd member serves clients
""",
    etcd_mirror.mirrored: """\
shaolin: its etcd's data in the new cluster
""",
    etcd_mirror.switched: """\
shaolin: its etcd's data in the new cluster
shaolin: kube-apiserver on the new etcd cluster
shaolin: the proof of the switch, in /var/lib/kubeadm-ha/etcd-switch.json
shaolin: kube-apiserver answers /readyz
shaolin: keys that had a lease have one in the new etcd cluster
shaolin: the old etcd taken away, its data kept in /var/lib/etcd/member.of-cafe
""",
    etcd_mirror.third_member: """\
shaolin: member of etcd at https://10.27.53.32:2380, first as a learner
shaolin: static pod etcd
shaolin: its etcd member votes
shaolin: its etcd member serves clients
""",
    etcd_mirror.own_etcd: """\
shaolin: kube-apiserver on its own etcd again
shaolin: kube-apiserver answers /readyz
""",
}
every_part = pytest.mark.parametrize("part", EXPECTED, ids=[part.__name__ for part in EXPECTED])
IMAGES = pytest.mark.parametrize("image", ["", mirrored.IMAGE], ids=["the first master's image", "another image"])


def made_of(part: Part, seen: Seen, image: str = "") -> list[object]:
    found = flat(part(seen, mirrored.inventory(etcd_image=image) if image else mirrored.inventory()))
    return [change.change if isinstance(change, AfterTheSwitch) else change for change in found]


def only(kind: type, part: Part, seen: Seen, image: str = "") -> dict[str, object]:
    """By node."""
    return {change.node: change for change in made_of(part, seen, image) if isinstance(change, kind)}


@every_part
def test_a_part_is_made_of_these(part: Part) -> None:
    assert table(made_of(part, states.fresh())) == EXPECTED[part]


@IMAGES
@every_state
@every_part
def test_a_part_is_the_same_wherever_an_earlier_run_stopped(
    part: Part, state: Callable[[str], Seen], image: str
) -> None:
    """Who goes on must not find another cluster's id, another revision or another manifest than who began."""
    assert comparable(made_of(part, state(image), image)) == comparable(made_of(part, states.fresh(), image))


def comparable(changes: list[object]) -> list[object]:
    """Who was there when a member joined is read at its first start alone, and stays in the manifest."""
    return [
        replace(one, text="\n".join(line for line in one.text.splitlines() if "--initial-cluster" not in line))
        if isinstance(one, StaticPod)
        else one
        for one in contents(changes)
        if not isinstance(one, Snapshot)
    ]


def test_snapshot_is_taken_of_the_old_etcd_alone() -> None:
    taken = {name: only(Snapshot, etcd_mirror.new_cluster, state()) for name, state in mirrored.STATES.items()}
    assert [name for name, snapshot in taken.items() if snapshot] == ["born"]


def test_the_note_says_which_cluster_was_left_and_where_the_new_one_begins() -> None:
    note = next(one for one in made_of(etcd_mirror.new_cluster, states.fresh()) if isinstance(one, File))
    (status,) = states.fresh().statuses
    assert json.loads(note.content) == {
        "from_cluster": "cafe",
        "token": "mirror-of-cafe",
        "ahead": status.revision + AHEAD,
    }


def test_the_snapshot_comes_before_everything() -> None:
    assert made_of(etcd_mirror.new_cluster, states.fresh())[0] == Snapshot("shaolin", "cafe")


def test_a_new_member_counts_the_new_masters_alone() -> None:
    """With the first master in the list it would wait for it, and join the old cluster's member."""
    for name, member in only(NewMember, etcd_mirror.new_cluster, states.fresh()).items():
        assert isinstance(member, NewMember)
        assert member.cluster == {"wudang": "https://10.24.138.208:2380", "emei": "https://10.27.52.72:2380"}
        pod = only(StaticPod, etcd_mirror.new_cluster, states.fresh())[name]
        assert isinstance(pod, StaticPod)
        told = manifests.parse(pod.text)
        assert told.flag("--initial-cluster") == "wudang=https://10.24.138.208:2380,emei=https://10.27.52.72:2380"
        assert told.flag("--initial-cluster-state") == "existing", "its data says who is a member, and nobody else"


def test_the_switched_apiserver_reads_from_every_new_member_and_is_a_pod_of_another_name() -> None:
    switched = only(Switched, etcd_mirror.switched, states.fresh())["shaolin"]
    assert isinstance(switched, Switched)
    document = yamltext.load(switched.text)
    assert isinstance(document, dict)
    servers = ("https://10.24.138.208:2379", "https://10.27.52.72:2379")
    assert f"--etcd-servers={','.join(servers)}" in document["spec"]["containers"][0]["command"]
    assert switched.target == servers
    assert document["metadata"]["name"] == "kube-apiserver-switched"


def test_what_comes_back_is_what_there_was() -> None:
    own = only(BackAtItsOwn, etcd_mirror.own_etcd, mirrored.joined())["shaolin"]
    assert isinstance(own, BackAtItsOwn)
    assert own.text == states.sample_manifests()["kube-apiserver"]


def test_the_old_etcd_goes_when_the_switch_is_proved() -> None:
    kinds = [type(one) for one in made_of(etcd_mirror.switched, states.fresh())]
    assert kinds.index(Mirrored) < kinds.index(Switched) < kinds.index(Proved) < kinds.index(OldEtcdAway)


def test_the_third_member_is_told_of_all_three_and_joins() -> None:
    changes = made_of(etcd_mirror.third_member, mirrored.away())
    assert [type(one) for one in changes[:2]] == [Learner, StaticPod]
    pod = changes[1]
    assert isinstance(pod, StaticPod)
    told = manifests.parse(pod.text)
    members = [f"{name}=https://{states.ADDRESSES[name]}:2380" for name in mirrored.ALL_THREE]
    assert told.flag("--initial-cluster") == ",".join(members)
    assert told.flag("--initial-cluster-state") == "existing"


@IMAGES
def test_every_member_runs_the_image_that_nodes_yaml_gives_to_the_new_cluster(image: str) -> None:
    own = manifests.parse(states.sample_manifests()["etcd"]).image
    pods = only(StaticPod, etcd_mirror.new_cluster, states.fresh(), image)
    pods |= only(StaticPod, etcd_mirror.third_member, mirrored.away(image), image)
    images = {name: manifests.parse(pod.text).image for name, pod in pods.items() if isinstance(pod, StaticPod)}
    assert images == dict.fromkeys(mirrored.ALL_THREE, image or own)
    members = only(NewMember, etcd_mirror.new_cluster, states.fresh(), image).values()
    assert {member.image for member in members if isinstance(member, NewMember)} == {image or own}


def test_a_note_that_is_there_counts_and_not_what_is_seen_now() -> None:
    """After the switch the cluster that is seen is the new one."""
    begun = etcd.Begun(from_cluster="abba", token="mirror-of-abba", ahead=7)  # noqa: S106  # of etcd
    seen = replace(mirrored.away(), mirror=begun.text)
    away = only(OldEtcdAway, etcd_mirror.switched, seen)["shaolin"]
    assert isinstance(away, OldEtcdAway)
    assert away.kept == "/var/lib/etcd/member.of-abba"
