"""The machines that nodes.yaml names, and the cluster's Nodes."""

from collections.abc import Iterator

from changes.seen import Seen
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Refusal

# What only step 6 needs: steps.in_the_way.balancers tells of them.
BALANCERS = {"nginx"}

# What pulls images, where one is missing: steps.in_the_way.static_pods tells of it.
PULLS = {"kubeadm"}


def _others(seen: Seen, inventory: Inventory) -> Iterator[str]:
    known = {node.name: node for node in seen.nodes}
    for name, node in inventory.nodes.items():
        if name not in known:
            yield f"{name}: the cluster has no such Node: write the name that `kubectl get nodes` shows, or join it"
        elif known[name].internal_address != node.address:
            yield (
                f"{name}: its Node has the InternalIP {known[name].internal_address}, nodes.yaml says {node.address}:"
                " write the address that the cluster knows"
            )
    for name in sorted(known.keys() - inventory.nodes.keys()):
        yield f"{name}: a Node that nodes.yaml does not list: add it, its kubelet and kube-proxy have to be moved too"


def _unready(seen: Seen, inventory: Inventory) -> Iterator[str]:
    for node in seen.nodes:
        if node.name in inventory.nodes and not node.ready:
            yield f"{node.name}: not Ready ({node.reason}): mend it first, it is to carry a part of the cluster"
    versions = {node.kubelet_version for node in seen.nodes}
    if len(versions) > 1:
        yield f"kubelets of several versions ({', '.join(sorted(versions))}): finish the upgrade first"


def _programs(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    for name, machine in seen.machines.items():
        for program in sorted(machine.missing - BALANCERS - PULLS):
            yield f"{name}: no {program} on the PATH of root: install it"


REFUSALS = (
    Refusal(
        1,
        "a node of nodes.yaml that the cluster has not, or the other way round; another InternalIP than `address`",
        "certificates and peers are made for that address; a node left out would stay on the old one",
        _others,
    ),
    Refusal(
        1,
        "a node that is not Ready; kubelets of several versions",
        "it is to carry a part of the cluster; an upgrade is half done",
        _unready,
    ),
    Refusal(1, "a program of the README's list that is missing", "the steps run it there", _programs),
)
