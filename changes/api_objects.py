"""Objects changed through the API: labels and taints of nodes, and texts inside ConfigMaps."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from changes.awaited import Awaited
from changes.change import SO, Look
from formats import bootstrap_tokens, kubernetes
from formats.diffs import unified
from nodes.hosts import Hosts
from nodes.secret import Secret


@dataclass(frozen=True)
class Labelled:
    """The node's object carries a label with an empty value, as kubeadm sets the role's labels."""

    node: str
    label: str

    def __str__(self) -> str:
        return f"{self.node}: label {self.label}"

    def look(self, hosts: Hosts) -> Look:
        if kubernetes.node(hosts.kubectl("get", "node", self.node, "-o", "json")).labels.get(self.label) == "":
            return SO
        return Look(so=False, seen="it has no such label", diff=f"+ label {self.label}=\n")

    def do(self, hosts: Hosts) -> None:
        hosts.kubectl("label", "--overwrite", "node", self.node, f"{self.label}=")


@dataclass(frozen=True)
class Tainted:
    """The node's object carries a taint without a value: KEY:EFFECT."""

    node: str
    taint: kubernetes.Taint

    def __str__(self) -> str:
        return f"{self.node}: taint {self.taint}"

    def look(self, hosts: Hosts) -> Look:
        if self.taint in kubernetes.node(hosts.kubectl("get", "node", self.node, "-o", "json")).taints:
            return SO
        return Look(so=False, seen="it has no such taint", diff=f"+ taint {self.taint}\n")

    def do(self, hosts: Hosts) -> None:
        hosts.kubectl("taint", "--overwrite", "node", self.node, str(self.taint))


@dataclass(frozen=True)
class ConfigMapText:
    """One text in a ConfigMap, as `edit` would leave it.

    `edit` is pure and comes to rest: edit(edit(text)) == edit(text). The object is replaced with the version that
    was read, so that somebody else's change in between is a conflict and not a loss.
    """

    node: str
    namespace: str
    name: str
    key: str
    what: str
    edit: Callable[[str], str] = field(repr=False)

    def __str__(self) -> str:
        return f"ConfigMap {self.namespace}/{self.name}: {self.what}"

    def look(self, hosts: Hosts) -> Look:
        before = self._object(hosts)["data"][self.key]
        after = self.edit(before)
        if before == after:
            return SO
        diff = unified(before, after, f"{self.namespace}/{self.name}:{self.key}")
        return Look(so=False, seen="another text stands there", diff=diff)

    def do(self, hosts: Hosts) -> None:
        document = self._object(hosts)
        document["data"][self.key] = self.edit(document["data"][self.key])
        hosts.kubectl("replace", "-f", "-", stdin=json.dumps(document).encode())

    def _object(self, hosts: Hosts) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(
            hosts.kubectl("-n", self.namespace, "get", "configmap", self.name, "-o", "json")
        )
        return found


@dataclass(frozen=True)
class ClusterInfoSigned(Awaited):
    """Every bootstrap token's signature under cluster-info fits the text that stands there now.

    The leading controller-manager signs anew by itself; a node that joins in between would be refused.
    """

    node: str

    deadline = 60.0

    def __str__(self) -> str:
        return "ConfigMap kube-public/cluster-info: signed for every bootstrap token"

    def missing(self, hosts: Hosts) -> str:
        tokens = Secret(
            hosts.kubectl(
                "-n",
                "kube-system",
                "get",
                "secrets",
                "--field-selector=type=bootstrap.kubernetes.io/token",
                "-o",
                "json",
            ).encode()
        )
        info = hosts.kubectl("-n", "kube-public", "get", "configmap", "cluster-info", "-o", "json")
        unsigned = bootstrap_tokens.unsigned(info, tokens.reveal().decode())
        return f"no fitting signature for token {', '.join(unsigned)}" if unsigned else ""
