"""The road `mirror`: what its steps wrote down, and whom the first apiserver reads from."""

from tests.defects.defect import Defect, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    ETCDCTL,
    MANIFESTS,
    MASTERS,
    SHAOLIN,
    WUDANG,
    answers,
    doing,
    edited,
    listed,
    moved_away,
)

IMMORTAL = "/root/immortal-event"
BEGUN = "/var/lib/kubeadm-ha/etcd-mirror.json"
PROOF = "/var/lib/kubeadm-ha/etcd-switch.json"
MANIFEST = f"{MANIFESTS}/kube-apiserver.yaml"

DEFECTS = (
    Defect(
        "the note of 2.1 says that the new cluster is the old one",
        2,
        ("test_new_members_are_one_cluster_and_not_the_old_one", "test_switch_saw_every_key_equal_on_both_sides"),
        edited(
            SHAOLIN,
            BEGUN,
            f"""id=$(sed -n 's/.*"to_cluster": "\\(.*\\)".*/\\1/p' {PROOF})"""
            f""" && sed -i 's/"from_cluster": ".*"/"from_cluster": "'$id'"/' {BEGUN}""",
        ),
    ),
    Defect(
        "the new cluster began below what its clients have seen",
        2,
        (
            "test_new_cluster_began_above_every_revision_of_the_old_one",
            "test_first_apiserver_shows_no_revision_of_the_old_etcd",
        ),
        edited(SHAOLIN, BEGUN, f"""sed -i 's/"ahead": /"ahead": 9000/' {BEGUN}"""),
    ),
    Defect(
        "a value was lost in the switch",
        2,
        ("test_switch_saw_every_key_equal_on_both_sides",),
        edited(SHAOLIN, PROOF, f"""sed -i 's/"new": "..../"new": "0000/' {PROOF}"""),
    ),
    Defect(
        "an event lives for ever",
        2,
        ("test_no_key_has_lost_its_lease",),
        doing(
            SHAOLIN,
            f"{ETCDCTL} get --prefix --limit=1 --keys-only /registry/events/ | grep . > {IMMORTAL}"
            f" && {ETCDCTL} put --ignore-value $(cat {IMMORTAL})",
            f"if [ -e {IMMORTAL} ]; then {ETCDCTL} del $(cat {IMMORTAL}); rm {IMMORTAL}; fi",
        ),
    ),
    Defect(
        "etcd is another cluster than the one that the switch led to",
        2,
        (
            "test_every_master_answers_as_a_member_of_the_new_cluster",
            "test_etcd_is_the_cluster_that_it_began_as",
        ),
        edited(SHAOLIN, PROOF, f"""sed -i 's/"to_cluster": "..../"to_cluster": "0000/' {PROOF}"""),
    ),
    Defect(
        "there is neither a mirror nor the proof of a switch",
        2,
        (
            "test_mirror_follows_until_the_switch",
            "test_switch_saw_every_key_equal_on_both_sides",
            "test_every_master_answers_as_a_member_of_the_new_cluster",
            "test_etcd_is_the_cluster_that_it_began_as",
        ),
        moved_away(SHAOLIN, PROOF),
    ),
    Defect(
        "the first master's apiserver reads from another master's etcd besides",
        2,
        (
            "test_first_apiserver_is_connected_to_its_own_etcd",
            *on("test_apiserver_runs_as_the_first_masters_does", WUDANG, EMEI),
        ),
        edited(
            SHAOLIN,
            MANIFEST,
            f"sed -i 's,--etcd-servers=.*,&\\,https://{ADDRESS[EMEI]}:2379,' {MANIFEST}",
            f"sleep 0.5 && kill -KILL $(pgrep -x kube-apiserver) && {answers(SHAOLIN)} && {listed(*MASTERS)}",
        ),
        alone=True,
        across="the other masters' manifests are made from the first one's, and step 3 compares them",
    ),
)
