"""What turns each check red: seeded on the converted cluster, seen, healed, and green again.

A defect is shell on a node, as a person or an accident would do it. `cases` are the checks that must see it, by name,
with the node in brackets where there is one. tests/test_every_check_has_been_red.py holds that none is missing.
"""

from dataclasses import dataclass
from typing import TypeAlias, TypedDict

KUBECTL = "kubectl --kubeconfig=/etc/kubernetes/super-admin.conf --server=https://10.27.53.32:6443"
ETCD = (
    "--cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt"
    " --key=/etc/kubernetes/pki/etcd/server.key"
)
PKI = "/etc/kubernetes/pki"
KEPT = "/root/kept"


Deeds: TypeAlias = tuple[tuple[str, str], ...]
"""(node, shell), in their order."""


@dataclass(frozen=True)
class Defect:
    """`without`: a part of nodes.yaml that is not there."""

    name: str
    cases: tuple[str, ...]
    seed: Deeds = ()
    heal: Deeds = ()
    without: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(case.partition("[")[0] for case in self.cases))


class _Both(TypedDict):
    """How a defect comes and goes."""

    seed: Deeds
    heal: Deeds


def _edited(node: str, path: str, deed: str, then: str = "true") -> _Both:
    """A file changed by `deed`, and as it was; `then` follows either."""
    name = path.rpartition("/")[2]
    return {
        "seed": ((node, f"mkdir -p {KEPT} && cp -a {path} {KEPT}/{name} && {deed} && {then}"),),
        "heal": ((node, f"cp -a {KEPT}/{name} {path} && {then}"),),
    }


def _without(node: str, component: str) -> _Both:
    """A static pod taken away."""
    path = f"/etc/kubernetes/manifests/{component}.yaml"
    return {
        "seed": ((node, f"mkdir -p {KEPT} && mv {path} {KEPT}/{component}.yaml"),),
        "heal": ((node, f"mv {KEPT}/{component}.yaml {path}"),),
    }


_WORSE_CERTIFICATE = (
    "printf 'subjectAltName=DNS:wudang\\nextendedKeyUsage=serverAuth\\n' > /tmp/ext && "
    f"openssl req -new -key {PKI}/apiserver.key -subj /CN=kube-apiserver | openssl x509 -req -CA {PKI}/ca.crt"
    f" -CAkey {PKI}/ca.key -set_serial 99 -days 300 -extfile /tmp/ext -out {PKI}/apiserver.crt"
)

DEFECTS = (
    Defect(
        "a kubelet has stopped, and its node was of another version",
        (
            "test_node_is_ready_and_its_lease_is_young[wudang]",
            "test_every_node_runs_the_same_version",
            "test_master_is_ready_and_its_kubelet_renews_its_lease[wudang]",
            "test_kubelet_of_a_master_is_connected_to_its_own_apiserver[wudang]",
        ),
        seed=(
            ("wudang", "systemctl stop kubelet"),
            (
                "shaolin",
                f"{KUBECTL} patch node wudang --subresource=status --type=merge"
                ' -p \'{"status":{"nodeInfo":{"kubeletVersion":"v1.36.0"}}}\'',
            ),
        ),
        heal=(("wudang", "systemctl start kubelet"),),
    ),
    Defect(
        "etcd raises its alarm for space",
        (
            "test_etcd_of_the_first_master_is_healthy_without_an_alarm",
            "test_no_member_is_a_learner_or_raises_an_alarm",
        ),
        seed=(
            (
                "shaolin",
                f"curl -sS --fail {ETCD.replace('=', ' ')} https://127.0.0.1:2379/v3/maintenance/alarm"
                ' -d \'{"action":"ACTIVATE","memberID":"1","alarm":"NOSPACE"}\'',
            ),
        ),
        heal=(("shaolin", f"etcdctl {ETCD} alarm disarm"),),
    ),
    Defect(
        "a certificate ends in ten days",
        ("test_certificates_and_authorities_outlive_thirty_days[emei]",),
        seed=(
            (
                "emei",
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -days 10"
                f" -subj /CN=short -out {PKI}/short.crt",
            ),
        ),
        heal=(("emei", f"rm {PKI}/short.crt"),),
    ),
    Defect(
        "a clock is five seconds ahead",  # the hosts share the machine's clock: this one's `date` is made to lie
        ("test_clock_agrees_with_the_others_within_a_second[huashan]",),
        seed=(
            (
                "huashan",
                'printf \'#!/bin/sh\\nexec /usr/bin/date -d "5 seconds" "$@"\\n\' > /usr/local/bin/date'
                " && chmod +x /usr/local/bin/date",
            ),
        ),
        heal=(("huashan", "rm /usr/local/bin/date"),),
    ),
    Defect(
        "a route takes a part of the services' range",
        ("test_no_route_overlaps_the_clusters_own_ranges[huashan]",),
        seed=(("huashan", "ip route add 10.111.0.0/16 dev eth0"),),
        heal=(("huashan", "ip route del 10.111.0.0/16 dev eth0"),),
    ),
    Defect(
        "a member was started anew instead of joining",
        (
            "test_master_has_a_voting_member_of_its_own[emei]",
            "test_every_member_gives_the_same_list_and_cluster",
            "test_etcd_is_the_cluster_that_it_began_as",
            "test_members_follow_one_leader_in_one_term",
            "test_member_answers_a_read_that_a_quorum_has_confirmed[emei]",
            "test_members_hold_the_same_data",
            "test_database_sizes_agree_within_a_quarter",
        ),
        # without its apiserver, which would serve the empty database to whoever asks
        seed=(
            ("emei", "cp /proc/$(pgrep -x etcd)/exe /tmp/stray-etcd-program"),
            *_without("emei", "kube-apiserver")["seed"],
            *_without("emei", "etcd")["seed"],
            (
                "emei",
                "while pgrep -x etcd; do sleep 0.2; done; systemd-run -q --unit=stray-etcd /tmp/stray-etcd-program"
                " --name=stray --data-dir=/tmp/stray-etcd --listen-client-urls=https://127.0.0.1:2379"
                " --advertise-client-urls=https://127.0.0.1:2379 --listen-peer-urls=http://127.0.0.1:2390"
                " --initial-advertise-peer-urls=http://127.0.0.1:2390 --initial-cluster=stray=http://127.0.0.1:2390"
                f" --cert-file={PKI}/etcd/server.crt --key-file={PKI}/etcd/server.key"
                f" --trusted-ca-file={PKI}/etcd/ca.crt --client-cert-auth",
            ),
        ),
        heal=(
            ("emei", "systemctl stop stray-etcd; rm -rf /tmp/stray-etcd*"),
            *_without("emei", "etcd")["heal"],
            ("emei", f"until etcdctl {ETCD} endpoint health; do sleep 0.5; done"),
            *_without("emei", "kube-apiserver")["heal"],
        ),
    ),
    Defect(
        "an apiserver's certificate lacks its address and the endpoint's name",
        (
            "test_apiserver_certificate_is_valid_for_its_own_address[wudang]",
            "test_apiserver_certificate_is_valid_for_the_endpoints_name[wudang]",
        ),
        **_edited("wudang", f"{PKI}/apiserver.crt", _WORSE_CERTIFICATE),
    ),
    Defect(
        "a certificate on disk belongs to another key, so it was not loaded",
        ("test_apiserver_shows_the_certificate_that_is_on_its_disk[wudang]",),
        **_edited("wudang", f"{PKI}/apiserver.crt", f"cp {PKI}/apiserver-kubelet-client.crt {PKI}/apiserver.crt"),
    ),
    Defect(
        "an apiserver is gone",
        (
            "test_apiserver_is_ready_for_an_authenticated_client[wudang]",
            "test_kubernetes_service_leads_to_every_apiserver",
            "test_secrets_are_readable_through_each_apiserver[wudang]",
        ),
        **_without("wudang", "kube-apiserver"),
    ),
    Defect(
        "an aggregated API has no server behind it",
        ("test_every_api_service_is_readable_through_each_apiserver[emei]",),
        seed=(
            (
                "shaolin",
                "printf '%s' '{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name:"
                " v1.broken.example}, spec: {group: broken.example, version: v1, groupPriorityMinimum: 1,"
                " versionPriority: 1, insecureSkipTLSVerify: true, service: {name: none, namespace: default}}}'"
                f" | {KUBECTL} create -f -",
            ),
        ),
        heal=(("shaolin", f"{KUBECTL} delete apiservice v1.broken.example"),),
    ),
    Defect(
        "a master does not reach a worker's kubelet",
        ("test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver[wudang]",),
        seed=(
            (
                "wudang",
                "ip route replace unreachable 10.27.52.80/32",
            ),
        ),
        heal=(("wudang", "ip route replace 10.27.52.80/32 dev eth0 src 10.24.138.208"),),
    ),
    Defect(
        "a kubelet is sent to a name that its apiserver's certificate lacks",
        ("test_kubelet_has_met_no_certificate_error_since_it_started[wudang]",),
        **_edited(
            "wudang",
            "/etc/kubernetes/kubelet.conf",
            "echo '10.24.138.208 wrong.lab' >> /etc/hosts && sed -i 's,server: .*,server: https://wrong.lab:6443,'"
            " /etc/kubernetes/kubelet.conf",
            "systemctl restart kubelet",
        ),
    ),
    Defect(
        "a master has another service account key",
        (
            "test_tokens_are_signed_with_one_set_of_keys_everywhere",
            "test_masters_share_one_set_of_signing_keys",
        ),
        **_edited(
            "wudang",
            f"{PKI}/sa.pub",
            f"openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out {PKI}/sa.pub 2>/dev/null",
            "kill -KILL $(pgrep -x kube-apiserver)",
        ),
    ),
    Defect(
        "an audit policy was changed on one master, and an authority of another's",
        (
            "test_files_that_masters_share_are_the_first_masters_here[wudang-kube-apiserver]",
            "test_files_that_masters_share_are_the_first_masters_here[wudang-kubeadm]",
        ),
        seed=(
            ("wudang", "sed -i 's/level: None/level: Request/' /etc/kubernetes/audit-policy.yaml"),
            ("wudang", f"mkdir -p {KEPT} && mv {PKI}/front-proxy-ca.key {KEPT}/"),
        ),
        heal=(
            ("wudang", "sed -i 's/level: Request/level: None/' /etc/kubernetes/audit-policy.yaml"),
            ("wudang", f"mv {KEPT}/front-proxy-ca.key {PKI}/"),
        ),
    ),
    Defect(
        "a scheduler would decide by another configuration, should it lead",
        ("test_files_that_a_controller_names_are_the_first_masters_here[emei-kube-scheduler]",),
        seed=(("emei", "echo 'parallelism: 1' >> /etc/kubernetes/scheduler/config.yaml"),),
        heal=(("emei", "sed -i '/^parallelism: 1$/d' /etc/kubernetes/scheduler/config.yaml"),),
    ),
    Defect(
        "a controller-manager and a scheduler are gone",
        (
            "test_controller_answers_on_its_own_host[emei-kube-controller-manager]",
            "test_controller_answers_on_its_own_host[emei-kube-scheduler]",
        ),
        seed=(
            *_without("emei", "kube-controller-manager")["seed"],
            *_without("emei", "kube-scheduler")["seed"],
        ),
        heal=(
            *_without("emei", "kube-controller-manager")["heal"],
            *_without("emei", "kube-scheduler")["heal"],
        ),
    ),
    Defect(
        "a lease names somebody who is no master",  # its holder gives up, and another takes it, within half a minute
        (
            "test_lease_is_held_by_one_master_and_renewed[kube-scheduler]",
            "test_exactly_one_process_says_that_it_leads[kube-scheduler]",
        ),
        seed=(
            (
                "shaolin",
                f"{KUBECTL} -n kube-system patch lease kube-scheduler --type=merge"
                ' -p \'{"spec":{"holderIdentity":"nobody_1"}}\'',
            ),
        ),
    ),
    Defect(
        "an authority's key is another's",
        ("test_authoritys_key_belongs_to_its_certificate[emei]",),
        **_edited("emei", f"{PKI}/ca.key", f"openssl genrsa -out {PKI}/ca.key 2048 2>/dev/null"),
    ),
    Defect(
        "a master lost its label and its taint, and a pod runs there",
        (
            "test_master_carries_the_control_plane_label[wudang]",
            "test_master_carries_the_control_plane_taint[wudang]",
            "test_no_ordinary_pod_runs_on_a_master[wudang]",
        ),
        seed=(
            (
                "shaolin",
                f"{KUBECTL} label node wudang node-role.kubernetes.io/control-plane- &&"
                f" {KUBECTL} taint node wudang node-role.kubernetes.io/control-plane- &&"
                f" {KUBECTL} run stray --image=registry.lab/web:1"
                ' --overrides=\'{"spec":{"nodeName":"wudang","terminationGracePeriodSeconds":0}}\'',
            ),
        ),
        heal=(
            (
                "shaolin",
                f"{KUBECTL} delete pod stray && {KUBECTL} label node wudang node-role.kubernetes.io/control-plane= &&"
                f" {KUBECTL} taint node wudang node-role.kubernetes.io/control-plane:NoSchedule",
            ),
        ),
    ),
    Defect(
        "the balancer is down",
        (
            "test_api_answers_through_the_balancers_own_address[emei]",
            "test_kube_proxy_is_connected_to_a_balancer[huashan]",
            "test_kubelet_of_a_worker_is_connected_to_a_balancer[huashan]",
        ),
        seed=(("emei", "systemctl stop kubeadm-ha-balancer"),),
        heal=(("emei", "systemctl start kubeadm-ha-balancer"),),
    ),
    Defect(
        "somebody took an apiserver out of the balancer by hand",
        (
            "test_every_apiserver_is_seen_through_the_balancer[emei]",
            "test_loaded_configuration_is_the_one_on_disk[emei]",
        ),
        **_edited(
            "emei",
            "/etc/kubeadm-ha/balancer.conf",
            "sed -i '/server 10.24.138.208:6443/d' /etc/kubeadm-ha/balancer.conf",
            "systemctl reload kubeadm-ha-balancer",
        ),
    ),
    Defect(
        "a hosts file sends the endpoint's name elsewhere",
        ("test_endpoints_name_leads_to_the_balancer_from_every_node[huashan]",),
        **_edited("huashan", "/etc/hosts", "sed -i 's/^10.27.52.72 api.lab/10.27.53.32 api.lab/' /etc/hosts"),
    ),
    Defect(
        "the single balancer has nobody's consent",
        ("test_single_balancer_stands_by_consent_only",),
        without="accept",
    ),
    Defect(
        "kubeadm-config names no endpoint, and cluster-info the old address",
        (
            "test_cluster_knows_itself_by_the_endpoint",
            "test_no_shared_configuration_names_the_old_endpoint",
        ),
        seed=(
            (
                "shaolin",
                f"mkdir -p {KEPT} && {KUBECTL} -n kube-public get cm cluster-info -o yaml > {KEPT}/info.yaml &&"
                f" sed 's,https://api.lab:8443,https://10.27.53.32:6443,' {KEPT}/info.yaml | {KUBECTL} replace -f -",
            ),
        ),
        heal=(
            (
                "shaolin",
                f"{KUBECTL} -n kube-public get cm cluster-info -o yaml |"
                f" sed 's,https://10.27.53.32:6443,https://api.lab:8443,' | {KUBECTL} replace -f -",
            ),
        ),
    ),
    Defect(
        "an admin.conf points to one master",
        ("test_admins_kubeconfig_points_to_the_endpoint[emei]",),
        **_edited(
            "emei",
            "/etc/kubernetes/admin.conf",
            "sed -i 's,server: .*,server: https://10.27.52.72:6443,' /etc/kubernetes/admin.conf",
        ),
    ),
    Defect(
        "a kube-proxy hangs",
        ("test_kube_proxy_keeps_its_rules_fresh[huashan]",),
        seed=(("huashan", "kill -STOP $(pgrep -x kube-proxy)"),),
        heal=(("huashan", "kill -CONT $(pgrep -x kube-proxy)"),),
    ),
    Defect(
        "kube-proxy's ConfigMap was written to and its pods were left as they are",
        ("test_kube_proxy_started_after_its_configuration_had_changed[shaolin]",),
        seed=(("shaolin", f'{KUBECTL} -n kube-system annotate --overwrite cm kube-proxy seen="$(date +%s)"'),),
        heal=(
            (
                "shaolin",
                f"{KUBECTL} -n kube-system rollout restart ds/kube-proxy &&"
                f" {KUBECTL} -n kube-system rollout status ds/kube-proxy --timeout=120s",
            ),
        ),
    ),
    Defect(
        "a worker's kubelet.conf was written to and its kubelet left as it is",
        ("test_kubelet_of_a_worker_started_after_its_kubeconfig_had_changed[huashan]",),
        seed=(("huashan", "sleep 2; touch /etc/kubernetes/kubelet.conf"),),
        heal=(("huashan", "systemctl restart kubelet"),),
    ),
    Defect(
        "a kubeconfig on a worker names the old address",
        ("test_nothing_on_a_node_names_the_old_endpoint[huashan]",),
        seed=(("huashan", "printf 'server: https://10.27.53.32:6443\\n' > /etc/kubernetes/stray.conf"),),
        heal=(("huashan", "rm /etc/kubernetes/stray.conf"),),
    ),
)
