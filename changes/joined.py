"""kubeadm join: a host becomes a node of the cluster."""

import shlex
from dataclasses import dataclass

from changes import kubeadm
from changes.change import SO, Look
from formats import certificates, creation
from formats.kubeadm import PKI
from nodes.hosts import ADMIN, Hosts
from nodes.secret import Secret
from nodes.session import Session
from nodes.waiting import wait_until

KUBELET = "/etc/kubernetes/kubelet.conf"
BOOTSTRAP = "/etc/kubernetes/bootstrap-kubelet.conf"

SIGNED_SECONDS = 60.0
TOKEN_LIFETIME = "15m"  # noqa: S105  # no token, its lifetime


@dataclass(frozen=True)
class Joined:
    """The node is one of the cluster's: its kubelet has a credential of its own, and the API a Node of that name.

    The joining kubelet believes the first master's CA and no other. Its token is made for it alone, lives for a
    quarter of an hour, and is taken back; it travels over stdin, and stands in no file that outlives the join.
    """

    node: str
    cluster: creation.Cluster

    def __str__(self) -> str:
        return f"{self.node}: kubeadm join"

    def look(self, hosts: Hosts) -> Look:
        session = hosts.fleet[self.node]
        diff = f"+ {KUBELET}\n"
        if session.run(f"test -e {KUBELET}").status != 0:
            return Look(so=False, seen="it is no node", diff=diff)
        if session.run(f"test -e {BOOTSTRAP}").status == 0:
            return Look(so=False, seen="a join was begun and not finished", diff=diff)
        missing = kubeadm.silent(hosts) or self._missing(hosts)
        return Look(so=False, seen=missing, diff=diff) if missing else SO

    def do(self, hosts: Hosts) -> None:
        session = hosts.fleet[self.node]
        if session.run(f"test -e {KUBELET}").status == 0:  # the token has served, or never will again
            session.check(f"rm -f {BOOTSTRAP}")
        else:
            self._join(hosts, session)
        wait_until(str(self), lambda: self._missing(hosts), 60)

    def _join(self, hosts: Hosts, session: Session) -> None:
        ca = certificates.read(hosts.first.check(f"cat {PKI}/ca.crt"))[0]
        describe = shlex.quote(f"kubeadm-ha: for {self.node} to join")
        token = hosts.first.secret_of(
            f"kubeadm token create --kubeconfig {ADMIN} --ttl {TOKEN_LIFETIME} --description {describe}"
        )
        identity = token.reveal().decode().strip().partition(".")[0]
        try:
            # A join that comes before the signature looks again only after five seconds.
            wait_until(f"{self}: cluster-info signed for it", lambda: _unsigned(hosts, identity), SIGNED_SECONDS)
            configuration = self._configuration(hosts, token, f"sha256:{ca.public_key}")
            begun = (f"{PKI}/ca.crt", BOOTSTRAP)
            kubeadm.run(session, "cat | kubeadm join --config /dev/stdin", begun, stdin=configuration)
        finally:
            hosts.first.run(f"kubeadm token delete --kubeconfig {ADMIN} {shlex.quote(identity)}")

    def _configuration(self, hosts: Hosts, token: Secret, ca_hash: str) -> Secret:
        node, first = (hosts.inventory.nodes[name] for name in (self.node, hosts.first_master))
        return Secret(
            creation.join_configuration(
                self.cluster,
                creation.Node(node.name, node.address),
                creation.Node(first.name, first.address),
                token.reveal().decode().strip(),
                ca_hash,
            ).encode()
        )

    def _missing(self, hosts: Hosts) -> str:
        there = hosts.kubectl("get", "node", self.node, "--ignore-not-found", "-o", "name")
        return "" if there.strip() == f"node/{self.node}" else f"the API has no Node {self.node}"


def _unsigned(hosts: Hosts, identity: str) -> str:
    template = f"jsonpath={{.data.jws-kubeconfig-{identity}}}"
    signed = hosts.kubectl("-n", "kube-public", "get", "configmap", "cluster-info", "-o", template)
    return "" if signed.strip() else "the controller-manager has not signed yet"
