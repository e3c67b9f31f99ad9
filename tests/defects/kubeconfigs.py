"""Kubeconfigs: where they point, who they are, and who was started with another."""

from tests.defects.defect import Defect, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    HUASHAN,
    PKI,
    SHAOLIN,
    WUDANG,
    connected,
    doing,
    edited,
    outlived,
    pointed,
)

API = {name: f"https://{address}:6443" for name, address in ADDRESS.items()}
CONTROLLERS_OWN = "test_controllers_kubeconfig_is_its_own_and_names_its_own_apiserver"
CONTROLLER_CONNECTED = "test_controller_is_connected_to_its_own_apiserver"
MASTERS_KUBELET_CONF = "test_kubeconfig_of_a_masters_kubelet_names_its_own_apiserver"
MASTERS_KUBELET = "test_kubelet_of_a_master_is_connected_to_its_own_apiserver"
WORKERS_KUBELET_CONF = "test_kubeconfig_of_a_workers_kubelet_names_the_endpoint"
WORKERS_KUBELET = "test_kubelet_of_a_worker_is_connected_to_a_balancer"
ADMINS = "test_admins_kubeconfig_points_to_the_endpoint"

KILLED = "kill $(pgrep -x kube-scheduler) && sleep 1"
ADMIN = "/etc/kubernetes/admin.conf"
AS_SYSTEM_MASTERS = (
    f"d=$(mktemp -d) && grep client-key-data {ADMIN} | awk '{{print $2}}' | base64 -d > $d/key"
    " && openssl req -new -key $d/key -subj /O=system:masters/CN=kubernetes-admin -out $d/request"
    " && echo extendedKeyUsage=clientAuth > $d/usage && openssl x509 -req -in $d/request -days 300 -extfile $d/usage"
    f" -CA {PKI}/ca.crt -CAkey {PKI}/ca.key -set_serial 99 -out $d/crt"
    f' && sed -i "s,client-certificate-data: .*,client-certificate-data: $(base64 -w0 $d/crt)," {ADMIN} && rm -r $d'
)


def restarted(node: str, port: int) -> str:
    return f"systemctl restart kubelet && {connected('kubelet', node, port)}"


DEFECTS = (
    Defect(
        "controller-manager.conf was copied from the master beside it",
        4,
        on(CONTROLLERS_OWN, "wudang-kube-controller-manager"),
        pointed(WUDANG, "controller-manager.conf", API[EMEI]),
    ),
    Defect(
        "scheduler.conf points to the balancer",
        4,
        on(CONTROLLERS_OWN, "emei-kube-scheduler"),
        pointed(EMEI, "scheduler.conf", "https://api.lab:8443"),
    ),
    Defect(
        "scheduler.conf holds the administrator's client certificate",
        4,
        on(CONTROLLERS_OWN, "wudang-kube-scheduler"),
        edited(
            WUDANG,
            "/etc/kubernetes/scheduler.conf",
            f"sed 's,server: .*,server: {API[WUDANG]},' /etc/kubernetes/admin.conf > /etc/kubernetes/scheduler.conf",
        ),
    ),
    Defect(
        "scheduler.conf was mended, and the scheduler is still connected to another master",
        4,
        on(CONTROLLER_CONNECTED, "emei-kube-scheduler"),
        outlived(
            pointed(EMEI, "scheduler.conf", API[WUDANG]),
            EMEI,
            started=f"{KILLED} && {connected('kube-scheduler', WUDANG, 6443)}",
            again=f"{KILLED} && {connected('kube-scheduler', EMEI, 6443)}",
        ),
    ),
    Defect(
        "a master's kubelet.conf points to the first master, and nobody has restarted its kubelet",
        3,
        on(MASTERS_KUBELET_CONF, WUDANG),
        pointed(WUDANG, "kubelet.conf", API[SHAOLIN]),
    ),
    Defect(
        "a master's kubelet.conf was mended, and its kubelet is still connected to another master",
        3,
        on(MASTERS_KUBELET, WUDANG),
        outlived(
            pointed(WUDANG, "kubelet.conf", API[EMEI]),
            WUDANG,
            started=restarted(EMEI, 6443),
            again=restarted(WUDANG, 6443),
        ),
    ),
    Defect(
        "a worker's kubelet.conf points to a master, and nobody has restarted its kubelet",
        7,
        on(WORKERS_KUBELET_CONF, HUASHAN),
        pointed(HUASHAN, "kubelet.conf", API[WUDANG]),
    ),
    Defect(
        "a worker's kubelet.conf was mended, and its kubelet is still connected to the first master",
        7,
        on(WORKERS_KUBELET, HUASHAN),
        outlived(
            pointed(HUASHAN, "kubelet.conf", API[SHAOLIN]),
            HUASHAN,
            started=restarted(SHAOLIN, 6443),
            again=restarted(EMEI, 8443),
        ),
    ),
    Defect(
        "a worker's kubelet.conf was written to and its kubelet left as it is",
        7,
        on("test_kubelet_of_a_worker_started_after_its_kubeconfig_had_changed", HUASHAN),
        edited(HUASHAN, "/etc/kubernetes/kubelet.conf", "sleep 2; touch /etc/kubernetes/kubelet.conf"),
    ),
    Defect(
        "an admin.conf still has the first master's address",
        6,
        on(ADMINS, EMEI),
        pointed(EMEI, "admin.conf", API[SHAOLIN]),
    ),
    Defect(
        "the first master's super-admin.conf was forgotten",
        6,
        on(ADMINS, SHAOLIN),
        pointed(SHAOLIN, "super-admin.conf", API[SHAOLIN]),
    ),
    Defect(
        "an admin.conf was made anew with the group for whom no rule holds",
        3,
        on("test_certificates_of_a_master_fit_it_and_their_keys", EMEI),
        edited(EMEI, ADMIN, AS_SYSTEM_MASTERS),
    ),
    Defect(
        "super-admin.conf was copied to another master",
        3,
        on("test_super_admin_is_at_home_on_the_first_master_alone", WUDANG),
        doing(
            WUDANG,
            "cp -a /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf",
            "rm -f /etc/kubernetes/super-admin.conf",
        ),
    ),
    Defect(
        "a kubeconfig of somebody's own on a worker names the old address",
        7,
        on("test_nothing_on_a_node_names_the_old_endpoint", HUASHAN),
        doing(
            HUASHAN,
            "umask 077 && sed 's,server: .*,server: https://10.27.53.32:6443,' /etc/kubernetes/kubelet.conf"
            " > /etc/kubernetes/backup.conf",
            "rm -f /etc/kubernetes/backup.conf",
        ),
    ),
)
