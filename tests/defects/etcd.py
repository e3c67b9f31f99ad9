"""etcd: alarms, members, paths, data."""

from tests.defects.defect import Defect, Way, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    ETCDCTL,
    MANIFESTS,
    MASTERS,
    NODES,
    PKI,
    SHAOLIN,
    WUDANG,
    answers,
    both,
    connected,
    doing,
    edited,
    listed,
    moved_away,
    refused,
    stopped,
    until,
)

SAME_LIST = "test_every_member_gives_the_same_list_and_cluster"
NO_LEARNER = "test_no_member_is_a_learner_or_raises_an_alarm"
VOTING = "test_master_has_a_voting_member_of_its_own"
CURL = f"curl -sS --fail --cacert {PKI}/etcd/ca.crt --cert {PKI}/etcd/server.crt --key {PKI}/etcd/server.key"
API = "https://127.0.0.1:2379/v3"
NO_ALARM = f'[ -z "$({ETCDCTL} alarm list)" ]'
REVISION = f"{ETCDCTL} endpoint status -w json | grep -o '\"revision\":[0-9]*' | cut -d: -f2"
YOUNGER = (
    f"{ETCDCTL} get --prefix /registry/masterleases/ -w fields | sed -n 's/^\"ModRevision\" : //p'"
    " | awk -v since=$since '$1 > since' | wc -l"
)
# Until each apiserver has renewed its place in the kubernetes service, which it does every ten seconds.
ANNOUNCED_ANEW = f"since=$({REVISION}) && {until(f'[ $({YOUNGER}) = {len(MASTERS)} ]')} && {listed(*MASTERS)}"
NOTE = "/var/lib/kubeadm-ha/first-master.json"


def member_added(*options: str) -> Way:
    peer = f"https://{ADDRESS['huashan']}:2380"
    return doing(
        SHAOLIN,
        f"{ETCDCTL} member add stray --peer-urls={peer} {' '.join(options)}",
        f'id=$({ETCDCTL} member list | grep {peer} | cut -d, -f1); [ -z "$id" ] || {ETCDCTL} member remove $id',
    )


# The database is mapped into memory, so what is written over in the file is what etcd reads from then on.
_OVERWRITE = """
import os, sys, time
old, new = (word.encode() for word in sys.argv[1:])
found = quiet = 0
while quiet < 3:
    with open("/var/lib/etcd/member/snap/db", "r+b") as file:
        db = file.read()
        at, quiet = db.find(old), quiet + 1
        while at >= 0:
            os.pwrite(file.fileno(), new, at)
            found, quiet, at = found + 1, 0, db.find(old, at + 1)
    time.sleep(0.3)
print(found, "places")
"""


def overwritten(old: str, new: str) -> str:
    return f"python3 -c '{_OVERWRITE}' '{old}' '{new}'"


def without_its_apiserver(node: str) -> tuple[str, ...]:
    """What a master's controllers show who have lost their apiserver; the one that led may have ended itself."""
    components = ("kube-controller-manager", "kube-scheduler")
    return (
        *on("test_controller_is_connected_to_its_own_apiserver", *(f"{node}-{one}" for one in components)),
        *on("test_controller_answers_on_its_own_host", *(f"{node}-{one}" for one in components)),
        *on("test_exactly_one_process_says_that_it_leads", *components),
        *on("test_lease_is_held_by_one_master_and_renewed", *components),
    )


def _without_member(node: str) -> Way:
    """A master's apiserver and member taken away, and somebody else's etcd in their place, empty."""
    killed = (
        f"{listed(SHAOLIN, WUDANG)} && kill -KILL $(pgrep -x kube-apiserver) && {until('! pgrep -x kube-apiserver')}"
    )
    back = f"{answers(node)} && {connected('kubelet', node, 6443)} && {listed(*MASTERS)}"
    healthy = until(f"{ETCDCTL} endpoint health")
    stray = (
        "systemd-run -q --unit=stray-etcd /tmp/stray-etcd-program --name=stray --data-dir=/tmp/stray-etcd"
        " --listen-client-urls=https://127.0.0.1:2379 --advertise-client-urls=https://127.0.0.1:2379"
        " --listen-peer-urls=http://127.0.0.1:2390 --initial-advertise-peer-urls=http://127.0.0.1:2390"
        f" --initial-cluster=stray=http://127.0.0.1:2390 --cert-file={PKI}/etcd/server.crt"
        f" --key-file={PKI}/etcd/server.key --trusted-ca-file={PKI}/etcd/ca.crt --client-cert-auth"
    )
    return both(
        doing(node, "cp /proc/$(pgrep -x etcd)/exe /tmp/stray-etcd-program", "rm -f /tmp/stray-etcd-program"),
        # without its apiserver, which would serve the empty database to whoever asks
        moved_away(node, f"{MANIFESTS}/kube-apiserver.yaml", gone=killed, back=back),
        moved_away(node, f"{MANIFESTS}/etcd.yaml", gone=until("! pgrep -x etcd"), back=healthy),
        doing(
            node,
            f"{stray} && {healthy}",
            f"{stopped('stray-etcd')}; rm -rf /tmp/stray-etcd",
        ),
    )


GONE_WITH_AN_APISERVER = (
    "test_apiserver_is_ready_for_an_authenticated_client",
    "test_apiserver_certificate_is_valid_for_its_own_address",
    "test_apiserver_certificate_is_valid_for_the_endpoints_name",
    "test_apiserver_shows_the_certificate_that_is_on_its_disk",
    "test_apiserver_runs_as_the_first_masters_does",
    "test_kubelet_of_a_master_is_connected_to_its_own_apiserver",
    "test_master_is_ready_and_its_kubelet_renews_its_lease",
    "test_secrets_are_readable_through_each_apiserver",
    "test_every_api_service_is_readable_through_each_apiserver",
    "test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver",
)

DEFECTS = (
    Defect(
        "etcd raises its alarm for space",
        2,
        ("test_etcd_of_the_first_master_is_healthy_without_an_alarm", NO_LEARNER),
        doing(
            SHAOLIN,
            f'{CURL} {API}/maintenance/alarm -d \'{{"action":"ACTIVATE","memberID":"1","alarm":"NOSPACE"}}\'',
            f"{ETCDCTL} alarm disarm && {until(NO_ALARM)} && {ANNOUNCED_ANEW}",
        ),
        alone=True,
        across="an alarm of any member stops all writes, and step 1 begins with an etcd that takes them",
    ),
    Defect("a learner was left over", 2, (SAME_LIST, NO_LEARNER), member_added("--learner")),
    Defect("a fourth member was added and never started", 2, (SAME_LIST,), member_added()),
    Defect(
        "a member has a second peer URL, at localhost",
        2,
        on(VOTING, EMEI),
        doing(
            EMEI,
            f"id=$({ETCDCTL} member list | grep {EMEI} | cut -d, -f1) && {ETCDCTL} member update $id"
            f" --peer-urls=https://{ADDRESS[EMEI]}:2380,https://localhost:2380",
            f"id=$({ETCDCTL} member list | grep {EMEI} | cut -d, -f1) && {ETCDCTL} member update $id"
            f" --peer-urls=https://{ADDRESS[EMEI]}:2380",
        ),
    ),
    Defect(
        "a firewall lets no new connection through between two members; those that they have go on",
        2,
        on("test_master_reaches_every_other_member", WUDANG),
        refused(EMEI, f"input: ip saddr {ADDRESS[WUDANG]} tcp dport 2380 ct state new"),
    ),
    Defect(
        "a value on one member's disk has changed",
        2,
        ("test_members_hold_the_same_data",),
        both(
            doing(SHAOLIN, f"{ETCDCTL} put /rehearsal 'what everybody has written'", f"{ETCDCTL} del /rehearsal"),
            doing(
                EMEI,
                f"sleep 1 && {overwritten('what everybody has written', 'what nobody ever has wrote')}",
                overwritten("what nobody ever has wrote", "what everybody has written"),
            ),
        ),
    ),
    Defect(
        "a backup hangs, and its member gives no page back",
        2,
        ("test_database_sizes_agree_within_a_quarter",),
        both(
            doing(
                EMEI,
                f"systemd-run -q --unit=hung-backup {CURL} --limit-rate 1 -X POST -d {{}} -o /dev/null"
                f" {API}/maintenance/snapshot && sleep 1",
                stopped("hung-backup"),
            ),
            doing(
                SHAOLIN,
                f"for i in $(seq 12); do head -c 900000 /dev/urandom | base64 -w0 | {ETCDCTL} put /rehearsal; done"
                f" && {ETCDCTL} del /rehearsal && {ETCDCTL} compact --physical $({REVISION})"
                f" && {ETCDCTL} put /rehearsal x && sleep 0.5",
                f"{ETCDCTL} del /rehearsal",
            ),
        ),
    ),
    Defect(
        "the cluster is another than the one that step 1 wrote down",
        2,
        ("test_etcd_is_the_cluster_that_it_began_as",),
        edited(SHAOLIN, NOTE, f"sed -i 's/\\(etcd_cluster_id\": \"\\)./\\1f0/' {NOTE}"),
    ),
    Defect(
        "a member was started anew instead of joining, and its apiserver is gone",
        2,
        (
            *on(VOTING, EMEI),
            SAME_LIST,
            "test_etcd_is_the_cluster_that_it_began_as",
            "test_members_follow_one_leader_in_one_term",
            *on("test_member_answers_a_read_that_a_quorum_has_confirmed", EMEI),
            "test_members_hold_the_same_data",
            *on("test_etcd_runs_as_the_first_masters_does", EMEI),
            *on("test_master_reaches_every_other_member", SHAOLIN, WUDANG),
            *(case for function in GONE_WITH_AN_APISERVER for case in on(function, EMEI)),
            *on("test_node_reaches_every_apiserver", *NODES),
            # its static pods do not run, so there is no log of theirs to read, through whichever apiserver
            *on("test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver", SHAOLIN, WUDANG),
            "test_kubernetes_service_leads_to_every_apiserver",
            "test_tokens_are_signed_with_one_set_of_keys_everywhere",
        ),
        _without_member(EMEI),
        # a quarter of a small database is less than what may differ anyway
        perhaps=("test_database_sizes_agree_within_a_quarter", *without_its_apiserver(EMEI)),
        alone=True,
        across="an apiserver reads from the member beside it, so step 3 sees what step 2 sees",
    ),
)
