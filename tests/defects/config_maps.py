"""ConfigMaps from which others learn where the API is."""

from tests.defects.defect import Defect, Way
from tests.defects.shell import KUBECTL, SHAOLIN, doing

KNOWS = "test_cluster_knows_itself_by_the_endpoint"


def rewritten(namespace: str, name: str, expression: str) -> Way:
    """A ConfigMap edited with sed, and its data as they were."""
    kept, there = f"/root/{name}.json", f"{KUBECTL} -n {namespace} get configmap {name} -o json"
    return doing(
        SHAOLIN,
        f"{there} > {kept} && sed '{expression}' {kept} | {KUBECTL} replace -f -",
        f"if [ -e {kept} ]; then sed '/\"resourceVersion\":/d' {kept} | {KUBECTL} replace -f - && rm {kept}; fi",
    )


DEFECTS = (
    Defect(
        "kubeadm-config names no endpoint: the next kubeadm upgrade would sign certificates without it",
        6,
        (KNOWS,),
        rewritten("kube-system", "kubeadm-config", r"s,controlPlaneEndpoint: api.lab:8443\\n,,"),
    ),
    Defect(
        "cluster-info sends whoever joins to the first master",
        6,
        (KNOWS,),
        rewritten("kube-public", "cluster-info", "s,https://api.lab:8443,https://10.27.53.32:6443,"),
    ),
    Defect(
        "the configuration of some agent in kube-system has the old address",
        7,
        ("test_no_shared_configuration_names_the_old_endpoint",),
        doing(
            SHAOLIN,
            f"{KUBECTL} -n kube-system create configmap agent --from-literal=kubeconfig='server: https://10.27.53.32:6443'",
            f"{KUBECTL} -n kube-system delete configmap agent --ignore-not-found",
        ),
    ),
)
