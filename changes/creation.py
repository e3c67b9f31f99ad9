"""A cluster from machines that are none: kubeadm init, the pod network, kubeadm join, until all of it is whole.

Each of them is looked at in the world and not in a note, so that a run that was killed between or inside them is
finished by the next one. kubeadm's phases leave alone what is there and right, and end with an error at what is there
and wrong: a second `kubeadm init` finishes the first, or says what it stumbled over.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from changes.change import SO, Look
from formats import certificates, creation, kubernetes
from formats.kubeadm import PKI, ROLE
from nodes.commands import CommandFailed
from nodes.first_master import CREATION
from nodes.hosts import ADMIN, KEPT, Hosts
from nodes.secret import Secret
from nodes.session import Session
from nodes.waiting import wait_until

LOG = f"{KEPT}/kubeadm.log"
LOCK = "/run/kubeadm-ha-kubeadm.lock"
KUBELET = "/etc/kubernetes/kubelet.conf"
BOOTSTRAP = "/etc/kubernetes/bootstrap-kubelet.conf"

INIT_SECONDS = 900.0
JOIN_SECONDS = 420.0
SIGNED_SECONDS = 60.0
TOKEN_LIFETIME = "15m"  # noqa: S105  # no token, its lifetime

# kubeadm goes on when its operator's connection ends: what it says goes to a file, and whoever comes next waits for it.
# That file is for root alone. What kubeadm makes has the modes that it chooses, whatever root's own umask is, for
# certificates are public. Its preflight takes what a killed run has left for somebody else's, and is left out then.
_KUBEADM = r"""
umask 077
mkdir -p -m 0700 {kept}
exec 9>>{lock}
: > {log}
umask 022
flock -w 300 9 || {{ echo "a kubeadm of an earlier run has not ended in five minutes" >&2; exit 75; }}
preflight=
for path in {begun}; do [ ! -e "$path" ] || preflight=--skip-phases=preflight; done
{kubeadm} $preflight >> {log} 2>&1 && exit
status=$?
tail -n 15 {log} >&2
exit $status
"""


def _kubeadm(command: str, begun: Sequence[str]) -> str:
    return _KUBEADM.format(kubeadm=command, begun=" ".join(begun), log=LOG, kept=KEPT, lock=LOCK)


def _silent(hosts: Hosts) -> str:
    """Why the API cannot be asked; empty where it answers."""
    if hosts.first.run(f"test -s {ADMIN}").status != 0:
        return "no cluster is there"
    try:
        hosts.kubectl("get", "--raw", "/readyz")
    except CommandFailed as error:
        return f"the API does not answer: {_last(error)}"
    return ""


def _last(error: CommandFailed) -> str:
    """The last thing that the command said."""
    return (error.stderr.strip() or error.stdout.strip() or str(error)).splitlines()[-1]


def _complaint(error: CommandFailed) -> str:
    """kubeadm's errors out of all that it said: behind them it advises to ask for a stack trace."""
    errors = [line.strip() for line in error.stderr.splitlines() if re.match(r"\s*(\[ERROR |error)", line)]
    return "; ".join(errors) or _last(error)


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
        try:
            hosts.fleet[self.node].check(_kubeadm(command, begun), deadline=INIT_SECONDS)
        except CommandFailed as error:
            raise UnfinishedError(
                f"{_complaint(error)}: all that it said stands in {LOG} on {self.node}: mend that and run the same"
                " command again, which goes on from there; or give it up with `kubeadm reset` there, and begin anew"
            ) from None
        wait_until(str(self), lambda: self._missing(hosts), 60)

    def _missing(self, hosts: Hosts) -> str:
        session = hosts.fleet[self.node]
        if session.run(f"test -e {PKI}/ca.crt").status != 0:
            return "no cluster is there"
        if why := _silent(hosts):
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


class UnfinishedError(Exception):
    """kubeadm did not come to its end; says where its words stand and what to do."""


@dataclass(frozen=True)
class Applied:
    """The objects of a manifest are there."""

    node: str
    what: str
    manifest: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.node}: {self.what} applied"

    def look(self, hosts: Hosts) -> Look:
        diff = "".join(f"+ {name}\n" for name in creation.objects(self.manifest))
        if why := _silent(hosts):
            return Look(so=False, seen=why, diff=diff)
        try:
            hosts.kubectl("get", "-f", "-", "-o", "name", stdin=self.manifest.encode())
        except CommandFailed as error:  # one is not found, or of a kind that is not known yet
            return Look(so=False, seen=_last(error), diff=diff)
        return SO

    def do(self, hosts: Hosts) -> None:
        hosts.kubectl("apply", "-f", "-", stdin=self.manifest.encode(), deadline=120)


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
        missing = _silent(hosts) or self._missing(hosts)
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
            join = _kubeadm("cat | kubeadm join --config /dev/stdin", (f"{PKI}/ca.crt", BOOTSTRAP))
            session.check(
                join, stdin=self._configuration(hosts, token, f"sha256:{ca.public_key}"), deadline=JOIN_SECONDS
            )
        except CommandFailed as error:
            raise UnfinishedError(
                f"{_complaint(error)}: all that it said stands in {LOG} on {self.node}: mend that and run the same"
                " command again; or give it up with `kubeadm reset` there, and begin anew"
            ) from None
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


@dataclass(frozen=True)
class Whole:
    """Every node is Ready with a young lease, and the cluster's DNS has all of its pods."""

    node: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.node}: every node Ready, CoreDNS available"

    def look(self, hosts: Hosts) -> Look:
        missing = _silent(hosts) or self._missing(hosts)
        return Look(so=False, seen=missing, diff=f"~ {len(self.names)} nodes Ready\n") if missing else SO

    def do(self, hosts: Hosts) -> None:
        wait_until(str(self), lambda: self._missing(hosts), 300)

    def _missing(self, hosts: Hosts) -> str:
        nodes = {one.name: one for one in kubernetes.nodes(hosts.kubectl("get", "nodes", "-o", "json"))}
        leases = kubernetes.leases(hosts.kubectl("-n", "kube-node-lease", "get", "leases", "-o", "json"))
        held = {lease.name for lease in leases if lease.is_held(datetime.now(UTC))}
        missing = [
            f"{name} is not Ready: {nodes[name].reason}"
            for name in self.names
            if name in nodes and not nodes[name].ready
        ]
        missing += [f"there is no Node {name}" for name in self.names if name not in nodes]
        missing += [f"{name} has no young lease" for name in self.names if name in nodes and name not in held]
        replicas = hosts.kubectl(
            "-n", "kube-system", "get", "deployment", "coredns", "-o",
            "jsonpath={.status.availableReplicas} {.spec.replicas}",
        ).split()  # fmt: skip
        if len(replicas) != 2 or replicas[0] != replicas[1]:
            missing.append("CoreDNS is not available yet")
        return "; ".join(missing)
