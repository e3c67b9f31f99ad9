"""Static pods: manifests that differ, backups that the kubelet reads, files that the manifests name."""

import shlex

from tests.defects.defect import Defect, Way, on
from tests.defects.shell import (
    EMEI,
    MANIFESTS,
    MASTERS,
    WUDANG,
    answers,
    connected,
    doing,
    edited,
    listed,
    moved_away,
    until,
)

DRIFT = "test_controller_runs_as_the_first_masters_does"
ANSWERS = "test_controller_answers_on_its_own_host"
CONNECTED = "test_controller_is_connected_to_its_own_apiserver"
LEADS = "test_exactly_one_process_says_that_it_leads"


def rewritten(node: str, component: str, change: str, running: str, then: str) -> Way:
    """A manifest edited elsewhere and moved into its place; `running` is what tells the new process from the old.

    The old process is killed: the kubelet would give it half a minute.
    """
    path, work, kept = f"{MANIFESTS}/{component}.yaml", f"/root/{component}.work", f"/root/{component}.kept"
    process = component[:15]
    pattern = f"'[-]{running.removeprefix('-')}'"  # which the shell that asks for it does not match itself
    new, old = until(f"pgrep -f -- {pattern}"), until(f"pgrep -x {process} && ! pgrep -f -- {pattern}")
    seen = f"sleep 1.5; kill -KILL $(pgrep -x {process})"
    return doing(
        node,
        f"cp -a {path} {kept} && cp -a {path} {work} && sed -i '{change}' {work} && mv {work} {path} && {seen};"
        f" {new}; {then}",
        f"if [ -e {kept} ]; then mv {kept} {path}; {seen}; {old}; {then}; fi",
    )


SERVES = f"{answers(WUDANG)} && {connected('kubelet', WUDANG, 6443)} && {listed(*MASTERS)}"
SCHEDULES = f"{answers(EMEI, '/healthz', 10259)} && {connected('kube-scheduler', EMEI, 6443)}"

HOUSES_OWN = (
    "{apiVersion: v1, kind: Pod, metadata: {name: house, namespace: kube-system}, spec: {containers: [{name: house,"
    " image: 'registry.lab/web:1'}]}}"
)

DEFECTS = (
    Defect(
        "a backup of a manifest lies in the manifests folder, where the kubelet reads it",
        1,
        on("test_no_two_manifests_name_the_same_pod", EMEI),
        # of a static pod of the house's own: a backup of the scheduler's has the kubelet end one for the other
        doing(
            EMEI,
            f"umask 077 && cd {MANIFESTS} && printf '%s' {shlex.quote(HOUSES_OWN)} | tee house.yaml > house.yaml.orig",
            f"rm -f {MANIFESTS}/house.yaml.orig {MANIFESTS}/house.yaml",
        ),
    ),
    Defect(
        "a manifest can be read by everybody",
        1,
        on("test_private_files_are_for_root_alone", WUDANG),
        # its bytes are left alone: the kubelet reads a manifest at every write
        doing(
            WUDANG,
            f"chmod 644 {MANIFESTS}/kube-controller-manager.yaml",
            f"chmod 600 {MANIFESTS}/kube-controller-manager.yaml",
        ),
    ),
    Defect(
        "one apiserver issues its tokens in another name",
        3,
        (
            *on("test_apiserver_runs_as_the_first_masters_does", WUDANG),
            "test_tokens_are_signed_with_one_set_of_keys_everywhere",
        ),
        rewritten(
            WUDANG,
            "kube-apiserver",
            "s,--service-account-issuer=.*,--service-account-issuer=https://kubernetes.lab,",
            "--service-account-issuer=https://kubernetes.lab",
            SERVES,
        ),
    ),
    Defect(
        "the audit policy of one apiserver is another",
        3,
        on("test_files_that_masters_share_are_the_first_masters_here", "emei-kube-apiserver"),
        edited(EMEI, "/etc/kubernetes/audit-policy.yaml", "echo '# less' >> /etc/kubernetes/audit-policy.yaml"),
    ),
    Defect(
        "a scheduler would decide by another configuration, should it lead",
        4,
        on("test_files_that_a_controller_names_are_the_first_masters_here", "emei-kube-scheduler"),
        edited(
            EMEI,
            "/etc/kubernetes/scheduler/config.yaml",
            "echo 'parallelism: 1' >> /etc/kubernetes/scheduler/config.yaml",
        ),
    ),
    Defect(
        "one scheduler elects no leader, and acts",
        4,
        (*on(DRIFT, "emei-kube-scheduler"), *on(LEADS, "kube-scheduler")),
        rewritten(
            EMEI, "kube-scheduler", "s,--leader-elect=true,--leader-elect=false,", "--leader-elect=false", SCHEDULES
        ),
    ),
    Defect(
        "one scheduler elects by a lease of its own",
        4,
        (*on(DRIFT, "emei-kube-scheduler"), *on(LEADS, "kube-scheduler")),
        rewritten(
            EMEI,
            "kube-scheduler",
            "s,--leader-elect=true,&\\n    - --leader-elect-resource-name=another,",
            "--leader-elect-resource-name=another",
            SCHEDULES,
        ),
    ),
    Defect(
        "a controller-manager and a scheduler are gone",
        4,
        (
            *on(ANSWERS, "emei-kube-controller-manager", "emei-kube-scheduler"),
            *on(DRIFT, "emei-kube-controller-manager", "emei-kube-scheduler"),
            *on(CONNECTED, "emei-kube-controller-manager", "emei-kube-scheduler"),
            *on(LEADS, "kube-controller-manager", "kube-scheduler"),
        ),
        moved_away(
            EMEI,
            f"{MANIFESTS}/kube-controller-manager.yaml",
            f"{MANIFESTS}/kube-scheduler.yaml",
            gone=until("! pgrep -x 'kube-controller|kube-scheduler'"),
            back=f"{SCHEDULES} && {answers(EMEI, '/healthz', 10257)} && {connected('kube-controller', EMEI, 6443)}",
        ),
    ),
)
