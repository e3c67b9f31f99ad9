"""What kubeadm's kubeconfigs on each node say: which server, which authority, who the client is."""

from dataclasses import dataclass

import pytest

from checks.certificates import KUBECONFIGS
from checks.gathering import Gathered, gather
from formats import certificates, kubeconfigs
from nodes import unseen
from nodes.hosts import Hosts
from nodes.reading import Reader


@dataclass(frozen=True)
class Kubeconfig:
    """Nothing secret is in it.

    authorities  fingerprints of the CA certificates in it; empty where it names a file
    client       its client certificate in PEM; None where it names a file or has a token
    public_key   the digest of its key's public half, as certificates.public_key_of gives it
    """

    server: str
    authorities: frozenset[str]
    client: str | None
    public_key: str | None


@pytest.fixture(scope="module")
def kubeconfigs_on_disk(hosts: Hosts) -> Gathered[dict[str, Kubeconfig]]:
    """Those of kubeadm's that there are on each node, by name ("admin.conf")."""
    return gather(hosts, hosts.inventory.nodes, _on_disk)


def _on_disk(reader: Reader) -> dict[str, Kubeconfig]:
    names = " -o ".join(f"-name {name}" for name in KUBECONFIGS)
    listed = reader.check(f"find /etc/kubernetes -maxdepth 1 {names}").split()
    return {
        path.rpartition("/")[2]: unseen.look_into(reader.name, path, text, told)
        for path, text in unseen.read(reader, sorted(listed)).items()
    }


def told(text: str) -> Kubeconfig:
    """What a kubeconfig's text says. Raises KubeconfigError, CertificateError."""
    try:
        authorities = frozenset(one.fingerprint for one in certificates.read(kubeconfigs.ca_pem(text)))
    except kubeconfigs.KubeconfigError:
        authorities = frozenset()
    return Kubeconfig(
        kubeconfigs.server(text),
        authorities,
        kubeconfigs.client_certificate(text),
        kubeconfigs.client_public_key(text),
    )
