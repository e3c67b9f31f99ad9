"""etcd, asked at each member on its own host: what one member says of the others proves nothing about them."""

import json
from dataclasses import dataclass

import pytest

from checks.gathering import Gathered, gather
from formats import etcd
from nodes.first_master import RECORD
from nodes.hosts import Hosts
from nodes.reading import Reader
from nodes.switch import PROOF, SWITCHED

KUBE_SYSTEM = "/registry/namespaces/kube-system"


@dataclass(frozen=True)
class View:
    """One member's own view."""

    listed: etcd.MemberList
    status: etcd.Status
    alarms: tuple[etcd.Alarm, ...]

    @property
    def member(self) -> etcd.Member | None:
        """Itself, in its own list."""
        return next((member for member in self.listed.members if member.id == self.status.member_id), None)


@pytest.fixture(scope="module")
def members(hosts: Hosts) -> Gathered[View]:
    """Each master's view."""
    return gather(hosts, (node.name for node in hosts.inventory.masters), lambda reader: _view(hosts, reader))


def _view(hosts: Hosts, reader: Reader) -> View:
    questions = [(*words, "-w", "json") for words in (("member", "list"), ("endpoint", "status"), ("alarm", "list"))]
    listed, status, alarms = hosts.etcd_tools.read(reader, *questions)
    return View(etcd.member_list(listed), etcd.statuses(status)[0], etcd.alarms(alarms))


def linearizable_read(hosts: Hosts, reader: Reader) -> str:
    """What a read that a quorum has confirmed finds: the key of a namespace that every cluster has.

    Raises CommandFailed where the member cannot give one.
    """
    (answer,) = hosts.etcd_tools.read(reader, ("get", "--consistency=l", "--keys-only", KUBE_SYSTEM))
    return answer.strip()


def hashes(hosts: Hosts, revision: int) -> dict[str, str]:
    """Each master's hash over the whole keyspace up to one revision; sizes differ on healthy members, this must not.

    A linearizable read comes first: a healthy member has then applied every revision that any has shown before. One
    that has not answers that the revision lies in the future, which fails the case; asking for what the slowest has
    would find an empty member equal.
    """
    answers = gather(
        hosts,
        (node.name for node in hosts.inventory.masters),
        lambda reader: _hash(hosts, reader, revision),
    )
    return {name: f"{answer.hash}" for name, answer in answers.items()}


def _hash(hosts: Hosts, reader: Reader, revision: int) -> etcd.HashKV:
    linearizable_read(hosts, reader)
    (answer,) = hosts.etcd_tools.read(reader, ("endpoint", "hashkv", f"--rev={revision}", "-w", "json"))
    return etcd.hash_kv(answer)[0]


@pytest.fixture(scope="module")
def began_as(hosts: Hosts) -> str:
    """The id of the etcd cluster that the conversion found, or switched to, as the first master has it written down."""
    proof, record = hosts.fleet.reader(hosts.first_master).run_all([f"cat {PROOF}", f"cat {RECORD}"])
    if proof.status == 0:
        return etcd.Proof.read(proof.stdout).to_cluster
    if record.status != 0:
        pytest.fail(f"{hosts.first_master} has no {RECORD}: the runbook has not converted this cluster")
    identity: str = json.loads(record.stdout)["etcd_cluster_id"]
    return identity


@pytest.fixture(scope="module")
def read_by_the_first(hosts: Hosts, members: Gathered[View]) -> tuple[str, View]:
    """The member that the first master's apiserver reads from, and its master: its own; another from 2.3 to 2.5."""
    first = hosts.first_master
    if hosts.fleet.reader(first).run(f"test -e {SWITCHED}").status == 0:
        first = next(node.name for node in hosts.inventory.masters if node.name != first)
    return first, members[first]
