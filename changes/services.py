"""systemd units on nodes: running, and running with what is on disk now."""

import shlex
from dataclasses import dataclass

from changes.awaited import Awaited
from changes.change import SO, Look
from formats.connections import peers
from nodes.hosts import Hosts, api_places

_RUNNING = {"UnitFileState": "enabled", "ActiveState": "active", "NeedDaemonReload": "no"}


@dataclass(frozen=True)
class ServiceRunning:
    """A unit that is enabled and active, as its file says now."""

    node: str
    unit: str

    def __str__(self) -> str:
        return f"{self.node}: {self.unit} runs, also after a reboot"

    def look(self, hosts: Hosts) -> Look:
        unit = shlex.quote(self.unit)
        command = f"systemctl show {unit} -p UnitFileState -p ActiveState -p NeedDaemonReload"
        shown = dict(line.partition("=")[::2] for line in hosts.fleet[self.node].check(command).splitlines())
        seen = ", ".join(
            f"{word} is {shown.get(word) or 'unknown'}"
            for word, wanted in _RUNNING.items()
            if shown.get(word) != wanted
        )
        return Look(so=False, seen=seen, diff=f"+ {self.unit} enabled, active\n") if seen else SO

    def do(self, hosts: Hosts) -> None:
        unit = shlex.quote(self.unit)
        hosts.fleet[self.node].check(
            f"systemctl daemon-reload && systemctl enable -q {unit} && systemctl restart {unit}", deadline=60
        )


@dataclass(frozen=True)
class KubeletConnected(Awaited):
    """The kubelet's live connections to an apiserver all end at this address and port.

    Looked at on the wire and not in the file: a kubelet holds on to the connection that it has until it is started
    again, whatever its kubeconfig says. Restarting it leaves the containers alone.
    """

    node: str
    address: str
    port: int

    deadline = 60.0

    def __str__(self) -> str:
        return f"{self.node}: kubelet connected to {self.address}:{self.port}"

    def set_going(self, hosts: Hosts) -> None:
        hosts.fleet[self.node].check("systemctl restart kubelet", deadline=90)

    def missing(self, hosts: Hosts) -> str:
        table = hosts.fleet[self.node].check("ss -Htnp state established")
        live = {peer for peer in peers(table, "kubelet") if peer in api_places(hosts.inventory)}
        if live == {(self.address, self.port)}:
            return ""
        return "it is connected to " + (", ".join(f"{a}:{p}" for a, p in sorted(live)) or "no apiserver")
