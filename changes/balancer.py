"""The balancer's nginx running with the configuration that is on disk."""

from contextlib import closing
from dataclasses import dataclass

from changes.awaited import Awaited
from formats.balancer import IDENTITY_PORT
from nodes.commands import DialFailed
from nodes.hosts import Hosts

UNIT = "kubeadm-ha-balancer.service"


@dataclass(frozen=True)
class BalancerLoaded(Awaited):
    """nginx has loaded the configuration with this digest; a reload keeps the connections that are open."""

    node: str
    digest: str

    deadline = 30.0

    def __str__(self) -> str:
        return f"{self.node}: the balancer runs the configuration on disk"

    def set_going(self, hosts: Hosts) -> None:
        hosts.fleet[self.node].check(f"systemctl reload-or-restart {UNIT}", deadline=60)

    def missing(self, hosts: Hosts) -> str:
        try:
            with closing(hosts.fleet[self.node].dial("127.0.0.1", IDENTITY_PORT)) as channel:
                loaded = channel.recv(64).decode(errors="replace")
        except (OSError, DialFailed) as error:
            return f"it does not say what it has loaded: {error!r}"
        return "" if loaded == self.digest else f"it has loaded {loaded[:12]}, on disk is {self.digest[:12]}"
