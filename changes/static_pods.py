"""Static pods: a manifest in the kubelet's folder, and the process that it starts answering."""

import shlex
from collections.abc import Collection
from dataclasses import dataclass, field

from changes.change import SO, Look
from changes.files import File
from changes.placing import place
from formats import manifests
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts
from nodes.waiting import wait_until

FOLDER = "/etc/kubernetes/manifests"


@dataclass(frozen=True)
class StaticPod:
    """A component's manifest in place, whole.

    `ignoring` names flags that count at the first start alone, in which an existing manifest may differ: etcd's
    --initial-cluster says who was there when the member joined.
    """

    node: str
    component: str
    text: str = field(repr=False)
    ignoring: Collection[str] = ()

    def __str__(self) -> str:
        return f"{self.node}: static pod {self.component}"

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.component}.yaml"

    def look(self, hosts: Hosts) -> Look:
        file = File(self.node, self.path, self.text, 0o600).look(hosts)
        if file.so or not file.diff or "no such file" in file.seen:
            return file
        there = hosts.fleet[self.node].check(f"cat {shlex.quote(self.path)}")
        different = manifests.differences(self.text, there, ignoring=self.ignoring)
        return Look(so=False, seen="; ".join(different), diff=file.diff) if different else SO

    def do(self, hosts: Hosts) -> None:
        place(hosts.fleet[self.node], self.path, self.text.encode(), 0o600)


@dataclass(frozen=True)
class Answering:
    """A component's process answers `path` with 200 on its own port, asked from the node itself.

    A change of its own behind the manifests of a step, so that the processes of several nodes start side by side.
    Whose certificate it shows is the gate's to judge, from another host; here it only has to answer.
    """

    node: str
    component: str
    address: str
    port: int
    path: str
    deadline: float = 120.0

    def __str__(self) -> str:
        return f"{self.node}: {self.component} answers {self.path}"

    def look(self, hosts: Hosts) -> Look:
        missing = self._missing(hosts)
        return Look(so=False, seen=missing, diff=f"+ {self}\n") if missing else SO

    def do(self, hosts: Hosts) -> None:
        wait_until(str(self), lambda: self._missing(hosts), self.deadline)

    def _missing(self, hosts: Hosts) -> str:
        try:
            channel = hosts.fleet[self.node].dial(self.address, self.port)
            answer = wire.get(channel, self.path, self.address, wire.undemanding())
        except (OSError, wire.WireError, DialFailed) as error:
            return f"{self.address}:{self.port}: {error}"
        return "" if answer.status == 200 else f"HTTP {answer.status} {answer.body.strip()[:200]}"
