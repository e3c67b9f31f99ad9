"""Static pods: a manifest in the kubelet's folder, and the process that it starts answering."""

import shlex
from collections.abc import Collection
from dataclasses import dataclass, field

from changes.awaited import Awaited
from changes.change import SO, Look
from changes.files import present
from changes.placing import place
from formats import manifests
from formats.diffs import unified
from formats.health import failing
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts

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
        session = hosts.fleet[self.node]
        there = present(session, self.path)
        if there is None:
            return Look(so=False, seen="no such file", diff=unified("", self.text, f"{self.node}:{self.path}"))
        before = session.check(f"cat {shlex.quote(self.path)}")
        faults = self._differences(before)
        if fault := there.fault(0o600):
            faults.append(fault)
        diff = unified(before, self.text, f"{self.node}:{self.path}")
        return Look(so=False, seen="; ".join(faults), diff=diff) if faults else SO

    def do(self, hosts: Hosts) -> None:
        # Writing over a manifest restarts what runs there. Step 1 refuses a run that would; what came since is not
        # this run's to overwrite either, for its neighbour may be starting at this moment.
        session = hosts.fleet[self.node]
        if present(session, self.path) is not None:
            before = session.check(f"cat {shlex.quote(self.path)}")
            if different := self._differences(before):
                raise FileExistsError(f"another manifest is there: {'; '.join(different)}")
            place(session, self.path, before.encode(), 0o600)
        else:
            place(session, self.path, self.text.encode(), 0o600)

    def _differences(self, there: str) -> list[str]:
        try:
            return manifests.differences(self.text, there, ignoring=self.ignoring)
        except manifests.ManifestError as error:
            return [f"what is there is no manifest: {error}"]


@dataclass(frozen=True)
class Answering(Awaited):
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

    def missing(self, hosts: Hosts) -> str:
        try:
            channel = hosts.fleet[self.node].dial(self.address, self.port)
            answer = wire.get(channel, self.path, self.address, wire.undemanding())
        except (OSError, wire.WireError, DialFailed) as error:
            return f"{self.address}:{self.port}: {error}"
        if answer.status == 200:
            return ""
        return f"HTTP {answer.status} {failing(answer.body)[:200]}"
