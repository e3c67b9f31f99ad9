"""The balancer's nginx running with the configuration that is on disk."""

from contextlib import closing
from dataclasses import dataclass

from changes.change import SO, Look
from formats.balancer import CONFIGURATION, IDENTITY_PORT
from nodes.commands import DialFailed
from nodes.hosts import Hosts
from nodes.waiting import wait_until

UNIT = "kubeadm-ha-balancer.service"


@dataclass(frozen=True)
class BalancerLoaded:
    """nginx has loaded the configuration with this digest; a reload keeps the connections that are open."""

    node: str
    digest: str

    def __str__(self) -> str:
        return f"{self.node}: the balancer runs the configuration on disk"

    def look(self, hosts: Hosts) -> Look:
        missing = self._missing(hosts)
        return Look(so=False, seen=missing, diff=f"~ {UNIT} loads {CONFIGURATION}\n") if missing else SO

    def do(self, hosts: Hosts) -> None:
        try:
            hosts.fleet[self.node].check(f"systemctl reload-or-restart {UNIT}", deadline=60)
        finally:  # an answer that never came is no answer: the reload may be under way
            wait_until(str(self), lambda: self._missing(hosts), 30)

    def _missing(self, hosts: Hosts) -> str:
        try:
            with closing(hosts.fleet[self.node].dial("127.0.0.1", IDENTITY_PORT)) as channel:
                loaded = channel.recv(64).decode(errors="replace")
        except (OSError, DialFailed) as error:
            return f"it does not say what it has loaded: {error!r}"
        return "" if loaded == self.digest else f"it has loaded {loaded[:12]}, on disk is {self.digest[:12]}"
