"""Which master the cluster began with: told by what stands on the hosts, before a conversion and after."""

from collections.abc import Mapping
from typing import Final

from nodes.fleet import Fleet
from nodes.inventory import Inventory
from nodes.switch import OLD_ETCD, PARKED, SWITCHED

# Written by step 1.
RECORD = "/var/lib/kubeadm-ha/first-master.json"
# Written by step 2 on the road `mirror`.
MIRROR = "/var/lib/kubeadm-ha/etcd-mirror.json"
# What step 1 gives to kubeadm init where it makes the cluster: written before anything else.
CREATION = "/var/lib/kubeadm-ha/kubeadm.yaml"
# kubeadm's own mark: since 1.29 `kubeadm init` writes it, `kubeadm join` doesn't.
SUPER_ADMIN = "/etc/kubernetes/super-admin.conf"
APISERVER = "/etc/kubernetes/manifests/kube-apiserver.yaml"
# Where two of its manifests lie for a while on the road `mirror`: the old etcd's until its master has joined the new
# cluster, the apiserver's until it is back at its own etcd.
ASIDE: Final[Mapping[str, str]] = {"etcd": OLD_ETCD, "kube-apiserver": PARKED}
# Where those keep their state that make clusters without kubeadm, by their own documents (docs.rke2.io, docs.k3s.io,
# docs.k0sproject.io, microk8s.io).
OTHERS = {
    "/var/lib/rancher/rke2": "RKE2",
    "/var/lib/rancher/k3s": "k3s",
    "/var/lib/k0s": "k0s",
    "/var/snap/microk8s": "MicroK8s",
}


class NoFirstMaster(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """str() says what was looked for, what was found where, and what to do."""


class NoCluster(NoFirstMaster):
    """Every master was looked at, and none carries a cluster's mark."""


def find(fleet: Fleet, inventory: Inventory) -> str:
    """The name of the first master.

    It holds the record of step 1; where no master does, it is the one on which step 1 has begun to make the cluster;
    then the one that holds super-admin.conf; where none does, the one that has an apiserver. A master that cannot be
    looked at leaves the last of these open, for the apiserver may be there. Raises NoFirstMaster, NoCluster.
    """
    masters = [node.name for node in inventory.masters]
    seen = fleet.side_by_side(lambda name: _held(fleet, name), masters)
    held = {name: marks for name, marks in seen.items() if not isinstance(marks, Exception)}
    unseen = [
        f"{name} could not be looked at ({error})" for name, error in seen.items() if isinstance(error, Exception)
    ]
    for mark, advice in (
        (RECORD, "remove it from the others"),
        (CREATION, "remove it from the others"),
        (SUPER_ADMIN, "remove it from the others, where it does not belong"),
        (APISERVER, "run `kubeadm init phase kubeconfig super-admin` on it, which marks it"),
    ):
        holders = [name for name in masters if mark in held.get(name, ())]
        if len(holders) > 1:
            which = "make sure which one the cluster began with, then"
            raise NoFirstMaster(
                f"{' and '.join(holders)} have {mark}, so neither is known as the first: {which} {advice}"
            )
        if holders and mark == CREATION and inventory.create is None:
            raise NoFirstMaster(
                f"{holders[0]}: step 1 has begun to make a cluster there ({CREATION}) and not ended: write nodes.yaml's"
                " `create:` again and go on; or give it up with `kubeadm reset` on every node, and remove that file"
            )
        if holders and not (unseen and mark == APISERVER):
            return holders[0]
    if unseen:
        raise NoFirstMaster(f"no first master among {', '.join(masters)}: {'; '.join(unseen)}")
    others = {name: mark for name in masters for mark in OTHERS if mark in held[name]}
    if others:
        them = ", ".join(f"{name} carries {OTHERS[mark]} ({mark})" for name, mark in others.items())
        raise NoFirstMaster(f"no cluster of kubeadm's: {them}: only clusters that kubeadm made are supported")
    raise NoCluster(
        f"no first master among {', '.join(masters)}: none of them has {RECORD}, {SUPER_ADMIN} or {APISERVER}: is there"
        " a cluster that kubeadm made? To have one made on these hosts, write `create:` in nodes.yaml"
    )


def is_to_be_created(fleet: Fleet, inventory: Inventory, first: str) -> bool:
    """Whether step 1 has the cluster still to make, or to finish.

    It has where nodes.yaml says `create:`, the note that ends step 1 is not there, and the first master either
    carries no mark of a cluster or the one that step 1 sets before it begins. Raises as a Reader does.
    """
    if inventory.create is None:
        return False
    held = _held(fleet, first)
    return RECORD not in held and (CREATION in held or not held - OTHERS.keys())


def is_only_noted(fleet: Fleet, first: str) -> bool:
    """Whether the note of step 1 has outlived the cluster that it was about, as it outlives a `kubeadm reset`."""
    held = _held(fleet, first)
    return RECORD in held and not held & {SUPER_ADMIN, APISERVER, SWITCHED}


def _held(fleet: Fleet, name: str) -> set[str]:
    marks = (RECORD, CREATION, SUPER_ADMIN, APISERVER, SWITCHED, *OTHERS)
    answers = fleet.reader(name).run_all([f"test -e {mark}" for mark in marks])
    return {mark for mark, answer in zip(marks, answers, strict=True) if answer.status == 0}
