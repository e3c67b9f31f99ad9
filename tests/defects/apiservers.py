"""Apiservers: gone, not reached, reaching nobody, or one too many in the service."""

from tests.defects.defect import Defect, on
from tests.defects.etcd import GONE_WITH_AN_APISERVER, without_its_apiserver
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    ETCDCTL,
    HUASHAN,
    KUBECTL,
    MANIFESTS,
    MASTERS,
    NODES,
    SHAOLIN,
    WUDANG,
    answers,
    connected,
    doing,
    edited,
    listed,
    moved_away,
    outlived,
    refused,
    until,
)
from tests.defects.signing import signed

SERVICE = "test_kubernetes_service_leads_to_every_apiserver"
REACHES = "test_node_reaches_every_apiserver"
LOGS = "test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver"

# by the kubelet that runs now: the one before it may have met it too
MET = "journalctl -q _PID=$(systemctl show kubelet --property=MainPID --value) | grep -q 'x509: '"

DEFECTS = (
    Defect(
        "an apiserver is gone",
        3,
        (
            *(case for function in GONE_WITH_AN_APISERVER for case in on(function, WUDANG)),
            *on(REACHES, *NODES),
            SERVICE,
            "test_tokens_are_signed_with_one_set_of_keys_everywhere",
        ),
        moved_away(
            WUDANG,
            f"{MANIFESTS}/kube-apiserver.yaml",
            gone=f"{listed(SHAOLIN, EMEI)} && kill -KILL $(pgrep -x kube-apiserver);"
            f" {until('! pgrep -x kube-apiserver')}",
            back=f"{answers(WUDANG)} && {connected('kubelet', WUDANG, 6443)} && {listed(*MASTERS)}",
        ),
        perhaps=without_its_apiserver(WUDANG),
        alone=True,
    ),
    Defect(
        "the kubernetes service leads to an apiserver that is no more",
        3,
        (SERVICE,),
        doing(
            SHAOLIN,
            # a record without a lease, as a copy of etcd's keys leaves it, never goes
            f"{ETCDCTL} get --print-value-only /registry/masterleases/{ADDRESS[SHAOLIN]} | head -c -1"
            f" | sed 's/{ADDRESS[SHAOLIN]}/10.27.53.39/' | {ETCDCTL} put /registry/masterleases/10.27.53.39"
            f" && {until(f'{KUBECTL} get endpointslices kubernetes -o yaml | grep -q 10.27.53.39')}",
            f"{ETCDCTL} del /registry/masterleases/10.27.53.39 && {listed(*MASTERS)}",
        ),
    ),
    Defect(
        "a worker does not reach one of the apiservers",
        3,
        on(REACHES, HUASHAN),
        refused(HUASHAN, f"output: ip daddr {ADDRESS[EMEI]} tcp dport 6443"),
    ),
    Defect(
        "a master does not reach a worker's kubelet",
        3,
        on(LOGS, WUDANG),
        refused(WUDANG, f"output: ip daddr {ADDRESS[HUASHAN]} tcp dport 10250"),
    ),
    Defect(
        "an aggregated API has no server behind it",
        3,
        on("test_every_api_service_is_readable_through_each_apiserver", *MASTERS),
        doing(
            SHAOLIN,
            "printf '%s' '{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name:"
            " v1.broken.example}, spec: {group: broken.example, version: v1, groupPriorityMinimum: 1,"
            " versionPriority: 1, insecureSkipTLSVerify: true, service: {name: none, namespace: default}}}'"
            f" | {KUBECTL} create -f - && {until(f'{KUBECTL} get apiservice v1.broken.example | grep -q False')}",
            f"{KUBECTL} delete apiservice v1.broken.example --ignore-not-found",
        ),
    ),
    Defect(
        "a kubelet met a certificate that was not its apiserver's, and goes on since it was mended",
        3,
        on("test_kubelet_has_met_no_certificate_error_since_it_started", WUDANG),
        outlived(
            edited(
                WUDANG,
                "/etc/kubernetes/pki/apiserver.crt",
                signed("apiserver", "/CN=kube-apiserver", "DNS:wudang"),
                "sleep 2.5",
            ),
            WUDANG,
            started=f"systemctl restart kubelet && {until(MET)}",
            again=f"systemctl restart kubelet && {connected('kubelet', WUDANG, 6443)}",
        ),
    ),
)
