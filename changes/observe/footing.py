"""Whether this is a cluster that the rest of the looks can be made at all: as kubeadm makes them."""

from dataclasses import dataclass

from changes.observe.cluster import NotSupportedError, administrator
from formats import kubernetes
from formats.kubeadm import COMPONENTS
from nodes.first_master import ASIDE, MIRROR
from nodes.hosts import Hosts
from nodes.switch import FOLDER, MANIFEST, PROOF, SWITCHED


@dataclass(frozen=True)
class Footing:
    """What the first master must have before anything else is asked.

    kubectl        whether it is on root's PATH
    static_pods    the components that have a manifest there, and be it aside for a while
    external_etcd  endpoints that kubeadm-config names for etcd
    configuration  what is wrong with the ConfigMap kubeadm-config; empty where nothing is
    administrator  what is wrong with admin.conf, likewise
    fenced         whether a switch on the road `mirror` was cut off, and has not gone back yet: no API may answer
    left           whether the road `mirror` was begun and not ended, and nodes.yaml says another one now
    """

    first: str
    kubectl: bool
    static_pods: frozenset[str]
    external_etcd: tuple[str, ...]
    configuration: str
    administrator: str
    fenced: bool
    left: bool


def footing(hosts: Hosts) -> Footing:
    """Raises CommandFailed where the API does not answer at all."""
    places = [(name, f"/etc/kubernetes/manifests/{name}.yaml") for name in COMPONENTS] + list(ASIDE.items())
    listed = "".join(f"[ ! -e {path} ] || echo {name}; " for name, path in places)
    there = hosts.first.check(f"{listed}! command -v kubectl >/dev/null || echo kubectl").split()
    try:
        administrator(hosts.first_master, hosts.first)
        unreadable = ""
    except NotSupportedError as error:
        unreadable = str(error)
    external: tuple[str, ...] = ()
    wrong = "there is no such ConfigMap"
    answer = ""
    fenced = hosts.first.run(f"test -e {FOLDER}/fenced && test ! -e {SWITCHED}").status == 0
    if "kubectl" not in there or unreadable or fenced:
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
        fenced=fenced,
        left=hosts.inventory.cluster.etcd != "mirror" and _on_its_way(hosts),
    )


def _on_its_way(hosts: Hosts) -> bool:
    """2.3 puts the apiserver's manifest aside before it writes its proof, and 2.5, the last part, brings it back."""
    return hosts.first.run(f"[ -e {MIRROR} ] && ! {{ [ -e {PROOF} ] && [ -e {MANIFEST} ]; }}").status == 0
