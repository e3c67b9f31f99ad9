"""What the cluster is and how it was made: kubeadm's configuration, its CAs."""

from collections.abc import Iterator

from changes.before import Before
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal


def _endpoint(seen: Before, inventory: Inventory) -> Iterator[str]:
    endpoint = seen.configuration.control_plane_endpoint
    if endpoint and endpoint != str(inventory.cluster.endpoint):
        yield (
            f"kubeadm-config already names controlPlaneEndpoint {endpoint}: write that one in nodes.yaml, or, where it"
            " works, add masters with `kubeadm join --control-plane`"
        )


def _places(seen: Before, _inventory: Inventory) -> Iterator[str]:
    pki, certificates_dir = seen.layout.pki, seen.configuration.certificates_dir
    if pki != certificates_dir:
        yield (
            f"{seen.first}: the apiserver's certificates are in {pki}, and kubeadm-config's certificatesDir is"
            f" {certificates_dir}: mend that, or the next `kubeadm upgrade` starts it without them"
        )
    data, told = seen.layout.etcd_data, seen.configuration.etcd_data_dir
    if data != told:
        yield (
            f"{seen.first}: etcd keeps its data in {data}, and kubeadm-config's dataDir is {told}: mend that,"
            " or the next `kubeadm upgrade` starts etcd on another folder"
        )


def _authorities(seen: Before, _inventory: Inventory) -> Iterator[str]:
    for authority in ("ca", "front-proxy-ca", "etcd/ca"):
        if authority not in seen.authority_keys:
            key = f"{seen.layout.pki}/{authority}.key"
            yield f"{seen.first}: no {key} (an external CA): nothing can be signed; not supported"


def _created_otherwise(seen: Before, inventory: Inventory) -> Iterator[str]:
    """`create:` may stay in nodes.yaml, and is no more than a description then: one that holds."""
    if inventory.create is None:
        return
    wanted, there = inventory.create.cluster, seen.configuration
    for key, written, found in (
        ("version", wanted.version, there.kubernetes_version),
        ("pod_subnet", wanted.pod_subnet, there.pod_subnet),
        ("service_subnet", wanted.service_subnet, there.service_subnet),
        ("dns_domain", wanted.dns_domain, there.dns_domain),
    ):
        if written != found:
            yield (
                f"nodes.yaml: create.{key} is {written}, and the cluster that is there has {found or 'none'}: is it"
                " this cluster? then write what it has, or remove `create:`"
            )


def _cluster_info(seen: Before, _inventory: Inventory) -> Iterator[str]:
    if "kubeconfig" not in seen.config_maps.get("kube-public/cluster-info", {}):
        yield (
            "kube-public/cluster-info: there is no such ConfigMap, or no kubeconfig in it, and joining nodes learn the"
            " endpoint there: make it anew with `kubeadm init phase bootstrap-token`"
        )


REFUSALS = (
    Refusal(
        1,
        "a `create:` whose version, ranges or domain are not the cluster's that is there",
        "it would be another cluster than the one meant; nothing is created where one is",
        _created_otherwise,
    ),
    Refusal(
        1,
        "`controlPlaneEndpoint` set to another endpoint than nodes.yaml's",
        "the cluster knows itself by that one: keep it",
        _endpoint,
    ),
    Refusal(
        1,
        "certificates or etcd's data elsewhere than kubeadm-config says",
        "the next upgrade would start the master without them",
        _places,
    ),
    Refusal(
        1,
        "no ca.key, front-proxy-ca.key or etcd/ca.key on the first master (an external CA)",
        "nothing can be signed",
        _authorities,
    ),
    Refusal(6, "no ConfigMap `kube-public/cluster-info`", "joining nodes learn the endpoint there", _cluster_info),
)
