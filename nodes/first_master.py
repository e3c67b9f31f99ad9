"""Which master the cluster began with: told by what stands on the hosts, before a conversion and after."""

from nodes.fleet import Fleet
from nodes.inventory import Inventory

# Written by step 1.
RECORD = "/var/lib/kubeadm-ha/first-master.json"
# kubeadm's own mark: since 1.29 `kubeadm init` writes it, `kubeadm join` doesn't.
SUPER_ADMIN = "/etc/kubernetes/super-admin.conf"
APISERVER = "/etc/kubernetes/manifests/kube-apiserver.yaml"


class NoFirstMaster(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """str() says what was looked for, what was found where, and what to do."""


def find(fleet: Fleet, inventory: Inventory) -> str:
    """The name of the first master.

    It holds the record of step 1; where no master does, it is the one that holds super-admin.conf; where none
    does, the one that has an apiserver. A master that cannot be looked at leaves the last of these open, for
    the apiserver may be there. Raises NoFirstMaster.
    """
    masters = [node.name for node in inventory.masters]
    seen = fleet.side_by_side(lambda name: _held(fleet, name), masters)
    held = {name: marks for name, marks in seen.items() if not isinstance(marks, Exception)}
    unseen = [
        f"{name} could not be looked at ({error})" for name, error in seen.items() if isinstance(error, Exception)
    ]
    for mark, advice in (
        (RECORD, "remove it from the others"),
        (SUPER_ADMIN, "remove it from the others, where it does not belong"),
        (APISERVER, "run `kubeadm init phase kubeconfig super-admin` on it, which marks it"),
    ):
        holders = [name for name in masters if mark in held.get(name, ())]
        if len(holders) > 1:
            which = "make sure which one the cluster began with, then"
            raise NoFirstMaster(
                f"{' and '.join(holders)} have {mark}, so neither is known as the first: {which} {advice}"
            )
        if holders and not (unseen and mark == APISERVER):
            return holders[0]
    none = f"none of them has {RECORD}, {SUPER_ADMIN} or {APISERVER}: is there a cluster that kubeadm made?"
    raise NoFirstMaster(f"no first master among {', '.join(masters)}: {'; '.join(unseen) or none}")


def _held(fleet: Fleet, name: str) -> set[str]:
    marks = (RECORD, SUPER_ADMIN, APISERVER)
    answers = fleet.reader(name).run_all([f"test -e {mark}" for mark in marks])
    return {mark for mark, answer in zip(marks, answers, strict=True) if answer.status == 0}
