"""Where the first master's apiserver stands on the road `mirror`: at its old etcd, or switched to the new cluster."""

from typing import Final, Protocol

from nodes.commands import Result

FOLDER: Final = "/var/lib/kubeadm-ha/switch"
"""What the switch works with, on the first master."""
PROOF: Final = "/var/lib/kubeadm-ha/etcd-switch.json"
"""What it saw under its fence."""
OLD_ETCD: Final = "/var/lib/kubeadm-ha/etcd-before-the-switch.yaml"
"""The old etcd's manifest, once it has been taken away."""
AWAY: Final = "/var/lib/kubeadm-ha/old-etcd-is-away"
"""There once it has been, with its database renamed."""
MANIFEST: Final = "/etc/kubernetes/manifests/kube-apiserver.yaml"
PARKED: Final = "/etc/kubernetes/kube-apiserver.before-the-switch.yaml"
"""That manifest while the apiserver serves from the new members: on the same filesystem, so that mv is one rename."""
SWITCHED: Final = "/etc/kubernetes/manifests/kube-apiserver-switched.yaml"
"""What runs in its place: a pod of another name, for the kubelet waits ten seconds before one of the same name."""


class _Runs(Protocol):
    def run(self, command: str, *, deadline: float = 30.0) -> Result: ...


def is_switched(first: _Runs) -> bool:
    """Whether it has left the old etcd, in this run or an earlier one; also where it is back at its own by now."""
    return first.run(f"test -e {PROOF}").status == 0 or first.run(f"test -e {SWITCHED}").status == 0
