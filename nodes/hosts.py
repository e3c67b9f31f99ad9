"""What a change works with: the sessions, the inventory, the first master, and the two clients that run there."""

import shlex
from dataclasses import dataclass, field
from functools import cached_property

from formats.kubeadm import url
from formats.layout import Layout
from nodes.etcd_tools import EtcdTools
from nodes.fleet import Fleet
from nodes.inventory import Inventory
from nodes.lock import Lock
from nodes.reading import Reader
from nodes.secret import Secret
from nodes.session import Session
from nodes.switch import is_switched

ADMIN = "/etc/kubernetes/admin.conf"
KEPT = "/var/lib/kubeadm-ha"


@dataclass(frozen=True)
class Hosts:
    """The machines of one run. `lock` is None in a run that may only look."""

    fleet: Fleet
    inventory: Inventory
    first_master: str
    lock: Lock | None = None
    layout: Layout = field(default_factory=Layout)

    @property
    def first(self) -> Session:
        return self.fleet[self.first_master]

    def kubectl(self, *arguments: str, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> str:
        """What kubectl prints on the first master, asked at that master's own apiserver.

        The server is always named: what admin.conf points to changes in step 6, in the middle of a run.
        """
        return self.first.check(
            kubectl_command(self.api_url(self.first_master), *arguments),
            stdin=stdin,
            deadline=deadline,
        )

    def api_url(self, master: str) -> str:
        """The apiserver's own on a master."""
        return url(self.inventory.nodes[master].address, self.layout.api_port)

    @property
    def api_places(self) -> frozenset[tuple[str, int]]:
        """Address and port wherever the API answers: each master's apiserver, each balancer.

        A connection to another address on one of these ports is somebody else's: a probe of a pod, for one.
        """
        inventory = self.inventory
        masters = {(node.address, self.layout.api_port) for node in inventory.masters}
        return frozenset(masters | {(node.address, inventory.cluster.endpoint.port) for node in inventory.balancers})

    @cached_property
    def etcd_tools(self) -> EtcdTools:
        """Where etcdctl and etcdutl are on each master."""
        return EtcdTools(self.layout.pki)

    @property
    def etcd_master(self) -> str:
        """The master at whose member etcd is asked: the first one, unless it has left its etcd for a new cluster."""
        if self.inventory.cluster.etcd == "mirror" and is_switched(Reader(self.first)):
            return next(node.name for node in self.inventory.masters if node.name != self.first_master)
        return self.first_master

    def etcdctl(self, *arguments: str, on: str | None = None, deadline: float = 30.0) -> str:
        """What etcdctl prints on master `on` (`etcd_master`, unless told), asked at that master's own member.

        Raises CommandFailed, NoEtcdToolsError.
        """
        session = self.fleet[on or self.etcd_master]
        return self.etcd_tools.run(session, *arguments, deadline=deadline).checked().stdout


def kubectl_command(server: str, *arguments: str) -> str:
    """kubectl as the admin at one server, by its URL. Its cache is off: looking must leave nothing behind."""
    given = [f"--kubeconfig={ADMIN}", f"--server={server}", "--cache-dir=/dev/null", "--request-timeout=20s"]
    return shlex.join(["kubectl", *given, *arguments])


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
