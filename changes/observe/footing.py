"""Whether this is a cluster that the rest of the looks can be made at all: as kubeadm makes them."""

from dataclasses import dataclass

from changes.observe.cluster import NotSupportedError, administrator
from formats import kubernetes
from formats.kubeadm import COMPONENTS
from nodes.hosts import Hosts


@dataclass(frozen=True)
class Footing:
    """What the first master must have before anything else is asked.

    kubectl        whether it is on root's PATH
    static_pods    the components that have a manifest there
    external_etcd  endpoints that kubeadm-config names for etcd
    configuration  what is wrong with the ConfigMap kubeadm-config; empty where nothing is
    administrator  what is wrong with admin.conf, likewise
    """

    first: str
    kubectl: bool
    static_pods: frozenset[str]
    external_etcd: tuple[str, ...]
    configuration: str
    administrator: str


def footing(hosts: Hosts) -> Footing:
    """Raises CommandFailed where the API does not answer at all."""
    listed = "".join(f"[ ! -e /etc/kubernetes/manifests/{name}.yaml ] || echo {name}; " for name in COMPONENTS)
    there = hosts.first.check(f"{listed}! command -v kubectl >/dev/null || echo kubectl").split()
    try:
        administrator(hosts.first_master, hosts.first)
        unreadable = ""
    except NotSupportedError as error:
        unreadable = str(error)
    external: tuple[str, ...] = ()
    wrong = "there is no such ConfigMap"
    answer = ""
    if "kubectl" not in there or unreadable:
        wrong = ""  # nobody could ask
    else:
        which = ("-n", "kube-system", "get", "configmap", "kubeadm-config")
        answer = hosts.kubectl(*which, "--ignore-not-found", "-o", "json")
    if answer.strip():
        try:
            external, wrong = kubernetes.cluster_configuration(answer).external_etcd, ""
        except (kubernetes.KubernetesOutputError, ValueError) as error:
            wrong = str(error)
    return Footing(
        first=hosts.first_master,
        kubectl="kubectl" in there,
        static_pods=frozenset(there) - {"kubectl"},
        external_etcd=external,
        configuration=wrong,
        administrator=unreadable,
    )
