"""What a change works with: the sessions, the inventory, the first master, and the two clients that run there."""

import shlex
from dataclasses import dataclass

from formats import ports
from formats.kubeadm import PKI, url
from nodes.fleet import Fleet
from nodes.inventory import Inventory
from nodes.lock import Lock
from nodes.secret import Secret
from nodes.session import Session

ADMIN = "/etc/kubernetes/admin.conf"
KEPT = "/var/lib/kubeadm-ha"
ETCD_PKI = f"{PKI}/etcd"


@dataclass(frozen=True)
class Hosts:
    """The machines of one run. `lock` is None in a run that may only look."""

    fleet: Fleet
    inventory: Inventory
    first_master: str
    lock: Lock | None = None

    @property
    def first(self) -> Session:
        return self.fleet[self.first_master]

    def kubectl(self, *arguments: str, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> str:
        """What kubectl prints on the first master, asked at that master's own apiserver.

        The server is always named: what admin.conf points to changes in step 6, in the middle of a run.
        """
        return self.first.check(
            kubectl_command(self.inventory.nodes[self.first_master].address, *arguments),
            stdin=stdin,
            deadline=deadline,
        )

    def etcdctl(self, *arguments: str, on: str | None = None, deadline: float = 30.0) -> str:
        """What etcdctl prints on master `on` (the first, unless told), asked at that master's own member."""
        return self.fleet[on or self.first_master].check(etcdctl_command(*arguments), deadline=deadline)


def kubectl_command(address: str, *arguments: str, port: int = ports.APISERVER) -> str:
    """kubectl as the admin at one server. Its cache is off: looking must leave nothing behind."""
    server = url(address, port)
    given = [f"--kubeconfig={ADMIN}", f"--server={server}", "--cache-dir=/dev/null", "--request-timeout=20s"]
    return shlex.join(["kubectl", *given, *arguments])


def etcdctl_command(*arguments: str) -> str:
    return shlex.join(
        [
            "etcdctl",
            f"--endpoints=https://127.0.0.1:{ports.ETCD_CLIENT}",
            f"--cacert={ETCD_PKI}/ca.crt",
            f"--cert={ETCD_PKI}/server.crt",
            f"--key={ETCD_PKI}/server.key",
            *arguments,
        ]
    )


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def api_places(inventory: Inventory) -> frozenset[tuple[str, int]]:
    """Address and port wherever the API answers: each master's apiserver, each balancer.

    A connection to another address on one of these ports is somebody else's: a probe of a pod, for one.
    """
    masters = {(node.address, ports.APISERVER) for node in inventory.masters}
    return frozenset(masters | {(node.address, inventory.cluster.endpoint.port) for node in inventory.balancers})
