"""systemd units on nodes: running, and running with what is on disk now."""

import shlex
from dataclasses import dataclass

from changes.change import SO, Look
from nodes.hosts import Hosts

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
