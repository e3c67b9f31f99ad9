"""The balancer's nginx running with the configuration that is on disk."""

from dataclasses import dataclass

from changes.change import SO, Look
from formats.balancer import IDENTITY_PORT
from nodes.commands import DialFailed
from nodes.hosts import Hosts
from nodes.waiting import wait_until

UNIT = "kubeadm-ha-balancer.service"
CONFIGURATION = "/etc/kubeadm-ha/balancer.conf"


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
        hosts.fleet[self.node].check(f"systemctl reload-or-restart {UNIT}", deadline=60)
        wait_until(str(self), lambda: self._missing(hosts), 30)

    def _missing(self, hosts: Hosts) -> str:
        try:
            loaded = hosts.fleet[self.node].dial("127.0.0.1", IDENTITY_PORT).recv(64).decode()
        except (OSError, DialFailed) as error:
            return f"it does not say what it has loaded: {error}"
        return "" if loaded == self.digest else f"it has loaded {loaded[:12]}, on disk is {self.digest[:12]}"
