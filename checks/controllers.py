"""Controller-managers and schedulers: each process asked on its own host, and the keys that they must share."""

from dataclasses import dataclass

import pytest

from checks.credentials import asked_as_admin
from checks.gathering import Gathered, gather
from formats import certificates, metrics, ports
from nodes import wire
from nodes.hosts import Hosts
from nodes.reading import Reader

LEASES: dict[str, int] = {
    "kube-controller-manager": ports.CONTROLLER_MANAGER,
    "kube-scheduler": ports.SCHEDULER,
}
"""The components that elect a leader, with the port of each on the loopback; a lease in kube-system has the name."""


def healthz(reader: Reader, port: int) -> str:
    """What the component says on the loopback: "ok", or what stands in the way."""
    answer = wire.get(reader.dial("127.0.0.1", port), "/healthz", "127.0.0.1", wire.undemanding())
    return "ok" if answer.status == 200 else f"HTTP {answer.status} {answer.body.strip()}"


def leads(reader: Reader, component: str) -> bool:
    """Whether the process itself believes that it leads (the metric leader_election_master_status)."""
    answer = asked_as_admin(reader, "127.0.0.1", LEASES[component], "/metrics")
    if answer.status != 200:
        pytest.fail(
            f"{reader.name}: {component} says HTTP {answer.status} to its host's admin.conf: {answer.body[:200]}"
        )
    value = metrics.value(answer.body, "leader_election_master_status", name=component)
    if value is None:
        pytest.fail(f"{reader.name}: {component} reports no leader_election_master_status: it elects no leader")
    return value == 1


@pytest.fixture(scope="module")
def hostnames(hosts: Hosts) -> Gathered[str]:
    """Each master's own name for itself, by which its processes sign a lease; a Node may have another."""
    masters = (node.name for node in hosts.inventory.masters)
    return gather(hosts, masters, lambda reader: reader.check("uname -n").strip())


@dataclass(frozen=True)
class Keys:
    """Digests of public keys: nothing secret, and equal where the keys are."""

    ca_certificate: str
    ca_key: str
    service_account_key: str
    service_account_public: str


@pytest.fixture(scope="module")
def keys(hosts: Hosts) -> Gathered[Keys]:
    """What each master would sign with."""
    names = (node.name for node in hosts.inventory.masters)
    return gather(hosts, names, lambda reader: _keys(reader, hosts.layout.pki))


def _keys(reader: Reader, pki: str) -> Keys:
    """Private keys stay on their host: ssh-keygen, which every host with an sshd has, prints the public half."""
    commands = [
        f"cat {pki}/ca.crt",
        f"ssh-keygen -y -f {pki}/ca.key",
        f"ssh-keygen -y -f {pki}/sa.key",
        f"cat {pki}/sa.pub",
    ]
    ca, ca_key, sa_key, sa_public = (answer.checked().stdout for answer in reader.run_all(commands))
    halves = (certificates.public_key_of(public.encode()) for public in (ca_key, sa_key, sa_public))
    return Keys(certificates.read(ca)[0].public_key, *halves)
