"""kubeadm init: one change, from nothing, or from wherever a killed one stopped.

It is looked at in the world and not in a note. kubeadm's phases leave alone what is there and right, and end with an
error at what is there and wrong: a second `kubeadm init` finishes the first, or says what it stumbled over.
"""

from dataclasses import dataclass

from changes import kubeadm
from changes.change import SO, Look
from formats import kubernetes
from formats.kubeadm import PKI, ROLE
from nodes.first_master import CREATION
from nodes.hosts import ADMIN, Hosts
from nodes.waiting import wait_until

# What kubeadm init makes in the API, up to the last thing.
_MADE = (
    "configmap/kubeadm-config",
    "configmap/kubelet-config",
    "configmap/coredns",
    "deployment.apps/coredns",
    "configmap/kube-proxy",
    "daemonset.apps/kube-proxy",
)


@dataclass(frozen=True)
class Initialized:
    """kubeadm init has run on the node, to its end."""

    node: str
    version: str

    def __str__(self) -> str:
        return f"{self.node}: kubeadm init"

    def look(self, hosts: Hosts) -> Look:
        missing = self._missing(hosts)
        diff = f"+ a control plane of {self.version}, from {CREATION}\n"
        return Look(so=False, seen=missing, diff=diff) if missing else SO

    def do(self, hosts: Hosts) -> None:
        command = f"kubeadm init --config {CREATION} --skip-token-print"
        begun = (f"{PKI}/ca.crt", f"{PKI}/ca.key", "/etc/kubernetes/manifests/*.yaml", ADMIN)
        kubeadm.run(hosts.fleet[self.node], command, begun)
        wait_until(str(self), lambda: self._missing(hosts), 60)

    def _missing(self, hosts: Hosts) -> str:
        session = hosts.fleet[self.node]
        if session.run(f"test -e {PKI}/ca.crt").status != 0:
            return "no cluster is there"
        if why := kubeadm.silent(hosts):
            return f"it was begun and not finished: {why}"
        made = hosts.kubectl("-n", "kube-system", "get", *_MADE, "--ignore-not-found", "-o", "name").split()
        made += hosts.kubectl(
            "-n", "kube-public", "get", "configmap", "cluster-info", "--ignore-not-found", "-o", "name"
        ).split()
        missing = [name for name in (*_MADE, "configmap/cluster-info") if name not in made]
        if missing:
            return f"it was begun and not finished: no {', '.join(missing)}"
        if ROLE not in kubernetes.node(hosts.kubectl("get", "node", self.node, "-o", "json")).labels:
            return f"it was begun and not finished: its Node has no label {ROLE}"
        return ""
