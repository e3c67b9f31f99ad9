"""What makes nodes a cluster that can be used: a pod network, and all of it Ready."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from changes.awaited import Awaited
from changes.change import SO, Look
from changes.kubeadm import last_words, silent
from formats import creation, kubernetes
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from nodes.waiting import wait_until


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
        if why := silent(hosts):
            return Look(so=False, seen=why, diff=diff)
        try:
            hosts.kubectl("get", "-f", "-", "-o", "name", stdin=self.manifest.encode())
        except CommandFailed as error:  # one is not found, or of a kind that is not known yet
            return Look(so=False, seen=last_words(error), diff=diff)
        return SO

    def do(self, hosts: Hosts) -> None:
        wait_until(str(self), lambda: self._apply(hosts), 60)

    def _apply(self, hosts: Hosts) -> str:
        """What still stands against it: an object of a kind that the same manifest defines waits for that."""
        # On the server, for some networks' definitions are larger than what kubectl writes into an annotation.
        try:
            hosts.kubectl("apply", "--server-side", "-f", "-", stdin=self.manifest.encode(), deadline=120)
        except CommandFailed as error:
            return last_words(error)
        return ""


@dataclass(frozen=True)
class Whole(Awaited):
    """Every node is Ready with a young lease, and the cluster's DNS has all of its pods."""

    node: str
    names: tuple[str, ...]

    deadline = 300.0

    def __str__(self) -> str:
        return f"{self.node}: every node Ready, CoreDNS available"

    def missing(self, hosts: Hosts) -> str:
        if why := silent(hosts):
            return why
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
