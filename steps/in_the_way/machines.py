"""Who else has a hand in the machines: other tools, cloud-init, proxies."""

from collections.abc import Iterator, Mapping

from changes.before import Before
from formats import manifests, proxies
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal

# Cluster API marks the Nodes of its Machines (cluster-api.sigs.k8s.io, "Supported Annotations").
_CLUSTER_API = "cluster.x-k8s.io/"
# What these builds of the kubelet call themselves: v1.37.2+k3s1, v1.37.2+rke2r1, v1.37.2+k0s.
_BUILDS = {"+k3s": "k3s", "+rke2": "RKE2", "+k0s": "k0s"}


def _owners(seen: Before, inventory: Inventory) -> Iterator[str]:
    owners: dict[str, list[str]] = {}
    for node in seen.nodes:
        if any(key.startswith(_CLUSTER_API) for key in (*node.annotations, *node.labels)):
            owners.setdefault("Cluster API", []).append(node.name)
        for mark, owner in _BUILDS.items():
            if mark in node.kubelet_version:
                owners.setdefault(owner, []).append(node.name)
    for name in inventory.nodes:
        for owner in seen.hosts[name].owners:
            owners.setdefault(owner, []).append(name)
    for owner, names in owners.items():
        yield (
            f"cluster: {owner} owns {', '.join(dict.fromkeys(names))} and would undo this: let it add the masters"
            " itself; not supported here"
        )


def _hosts_files(seen: Before, inventory: Inventory) -> Iterator[str]:
    for name in inventory.nodes:
        if seen.hosts[name].hosts_file_written:
            yield (
                f"{name}: cloud-init writes /etc/hosts anew at every boot (manage_etc_hosts), without the endpoint's"
                " line: set `manage_etc_hosts: localhost` or false in what it reads (/etc/cloud, its user data)"
            )


def _proxies(seen: Before, inventory: Inventory) -> Iterator[str]:
    """Each only for whom it asks: what works through a proxy today and will go on to do so is nobody's business."""
    own = inventory.nodes[seen.first].address
    endpoint = inventory.cluster.endpoint.host
    for component, text in seen.manifests.items():
        # An apiserver asks every kubelet; the others ask the apiserver beside them. What a new master's own has to
        # except besides is put into it.
        wanted = [node.address for node in inventory.nodes.values()] if component == "kube-apiserver" else [own]
        if lacking := _lacking(proxies.exceptions(_environment(text)), wanted):
            yield (
                f"{seen.first}: {component} is told to use a proxy, and its NO_PROXY lacks {lacking}: add them to the"
                " manifest (and to what kubeadm is given at upgrades)"
            )
    for node in inventory.nodes.values():
        # A master's kubelet will ask its own apiserver, a worker's the endpoint.
        wanted = [endpoint if node in inventory.workers else node.address]
        if lacking := _lacking(seen.hosts[node.name].no_proxy.get("kubelet"), wanted):
            yield (
                f"{node.name}: kubelet is told to use a proxy, and its NO_PROXY lacks {lacking}: add it to its unit's"
                " environment and restart it"
            )
    masters = [node.address for node in inventory.masters]
    if lacking := _lacking(seen.hosts[seen.first].no_proxy.get("ssh"), masters):
        yield (
            f"{seen.first}: who logs in is told to use a proxy, and its NO_PROXY lacks {lacking}, so that kubectl"
            " would ask the proxy for them: add them where that is set (/etc/environment, for one)"
        )
    for one in seen.around.daemon_sets:
        if str(one) == "kube-system/kube-proxy" and (
            lacking := _lacking(proxies.exceptions(one.environment), [endpoint])
        ):
            yield f"cluster: DaemonSet {one} is told to use a proxy, and its NO_PROXY lacks {lacking}: add it"


def _lacking(given: str | None, wanted: list[str]) -> str:
    """What is asked through the proxy though it must not be; empty where no proxy is used."""
    return "" if given is None else ", ".join(one for one in wanted if not proxies.is_reached_directly(given, one))


def _environment(text: str) -> Mapping[str, str]:
    manifest = manifests.parse(text)
    return {one["name"]: str(one.get("value", "")) for one in manifest.at(manifest.container).get("env") or ()}


REFUSALS = (
    Refusal(
        1,
        "a cluster that belongs to Cluster API, Kubespray, RKE2, k3s, k0s or MicroK8s",
        "they would undo this; they add masters themselves",
        _owners,
    ),
    Refusal(
        3,
        "a proxy for a static pod, a kubelet, kube-proxy or a login, whose NO_PROXY lacks a node or the endpoint",
        "they would ask the proxy for the new apiservers",
        _proxies,
    ),
    Refusal(
        6,
        "cloud-init with `manage_etc_hosts: true`",
        "it erases the endpoint's line in /etc/hosts at the next boot",
        _hosts_files,
    ),
)
