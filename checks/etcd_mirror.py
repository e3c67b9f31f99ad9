"""The road `mirror`: what its steps wrote down on the first master, and whom the first apiserver reads from."""

import json

import pytest

from formats import etcd
from formats.connections import peers
from formats.etcd import Begun, Proof
from formats.ports import ETCD_CLIENT
from nodes.first_master import MIRROR
from nodes.hosts import Hosts
from nodes.switch import PROOF, is_switched
from nodes.waiting import NeverCameError, wait_until

LEASED_KINDS = ("events", "masterleases")
MIRRORED_SECONDS = 15.0


@pytest.fixture(scope="module")
def begun(hosts: Hosts) -> Begun:
    """Where the new cluster began."""
    return Begun.read(_note(hosts, MIRROR, "2.1"))


@pytest.fixture(scope="module")
def proof(hosts: Hosts) -> Proof:
    """What the switch saw."""
    return Proof.read(_note(hosts, PROOF, "2.3"))


def _note(hosts: Hosts, path: str, part: str) -> str:
    answer = hosts.fleet.reader(hosts.first_master).run(f"cat {path}")
    if answer.status != 0:
        pytest.fail(f"{hosts.first_master} has no {path}: {part} has not come so far")
    return answer.stdout


@pytest.fixture(scope="module")
def mirror(hosts: Hosts) -> str:
    """What becomes of the data that the old etcd takes: "follows", "switched", or why neither."""
    first = hosts.fleet.reader(hosts.first_master)
    said = first.run("systemctl is-active kubeadm-ha-mirror").stdout.strip()
    if is_switched(first):
        return "switched" if said != "active" else "switched, and the mirror runs still"
    return _moves(hosts) if said == "active" else f"the mirror is {said}"


def _moves(hosts: Hosts) -> str:
    """The unit of a mirror that has died without a word goes on; leaders renew their leases every two seconds."""
    new = next(node.name for node in hosts.inventory.masters if node.name != hosts.first_master)
    began = _written(hosts, new)
    try:
        wait_until("something mirrored", lambda: "" if _written(hosts, new) > began else "nothing", MIRRORED_SECONDS)
    except NeverCameError:
        return f"the mirror runs, and in {MIRRORED_SECONDS:g} s it has written nothing"
    return "follows"


def _written(hosts: Hosts, master: str) -> int:
    (answer,) = hosts.etcd_tools.read(hosts.fleet.reader(master), ("endpoint", "status", "-w", "json"))
    return etcd.statuses(answer)[0].revision


def without_lease(hosts: Hosts) -> list[str]:
    """Keys of the kinds that have a lease in every cluster of Kubernetes, and have none: they would live for ever."""
    reader = hosts.fleet.reader(hosts.etcd_master)
    found: list[str] = []
    for kind in LEASED_KINDS:
        # with --keys-only etcd 3.7 tells no key's lease
        answer = hosts.etcd_tools.run(reader, "get", "--prefix", f"/registry/{kind}/", "-w", "fields", deadline=60)
        found += [key for key, lease in etcd.leases(answer.checked().stdout).items() if lease == "0"]
    return found


def read_from(hosts: Hosts, master: str) -> set[str]:
    """The addresses of the etcd members that a master's apiserver is connected to."""
    table = hosts.fleet.reader(master).check("ss -Htnp state established")
    return {address for address, port in peers(table, "kube-apiserver") if port == ETCD_CLIENT}


def revision(hosts: Hosts, master: str) -> int:
    """The revision at which a master's apiserver lists the namespaces: what every client of it goes by."""
    answer = hosts.fleet.reader(hosts.first_master).check(
        f"kubectl --kubeconfig=/etc/kubernetes/admin.conf --server={hosts.api_url(master)} --cache-dir=/dev/null"
        " get --raw /api/v1/namespaces"
    )
    return int(json.loads(answer)["metadata"]["resourceVersion"])
