"""Certificates: on disk on every node, and as an apiserver shows them to another host."""

import shlex
import ssl
from dataclasses import dataclass
from datetime import datetime

import pytest

from checks.gathering import Gathered, gather
from formats import certificates, kubeconfigs
from nodes import unseen, wire
from nodes.fleet import Fleet
from nodes.hosts import Hosts
from nodes.named_files import lacking
from nodes.reading import Reader


@dataclass(frozen=True)
class OnDisk:
    """A certificate and the file that it was found in."""

    path: str
    certificate: certificates.Certificate

    def days_left(self, now: datetime) -> float:
        return (self.certificate.not_after - now).total_seconds() / 86400


@pytest.fixture(scope="module")
def certificates_on_disk(hosts: Hosts) -> Gathered[list[OnDisk]]:
    """Every certificate on each node: kubeadm's, the kubelet's, and those inside kubeconfigs."""
    return gather(hosts, hosts.inventory.nodes, lambda reader: _on_disk(reader, hosts.layout.pki))


def _on_disk(reader: Reader, pki: str) -> list[OnDisk]:
    # A worker need not have the masters' certificates directory.
    folders = [folder for folder in (pki, "/etc/kubernetes") if folder not in lacking(reader, [pki])]
    listed = reader.check(
        f"find {shlex.join(folders)} /var/lib/kubelet/pki -maxdepth 2 -name '*.crt' -o -maxdepth 1 -name '*.conf'"
        " -o -name kubelet-client-current.pem"
    ).split()
    found = []
    for path, text in unseen.read(reader, sorted(set(listed))).items():
        look = _in_kubeconfig if path.endswith(".conf") else certificates.read
        found += [OnDisk(path, certificate) for certificate in unseen.look_into(reader.name, path, text, look)]
    return found


def _in_kubeconfig(text: str) -> tuple[certificates.Certificate, ...]:
    """None where the kubeconfig names a file, which is among those that were found, or has a token."""
    embedded = kubeconfigs.client_certificate(text)
    return certificates.read(embedded) if embedded else ()


def presented_to(
    fleet: Fleet, looker: str, address: str, port: int, name: str, ca_pem: str
) -> certificates.Certificate:
    """The certificate that ADDRESS:PORT shows to host `looker` when it is asked for `name`, verified with the CA.

    Fails the case, with what the certificate holds, where it does not verify.
    """
    reader = fleet.reader(looker)
    try:
        return certificates.read(wire.presented(reader.dial(address, port), wire.trusting(ca_pem), name))[0]
    except ssl.SSLCertVerificationError as error:
        shown = certificates.describe(wire.presented(reader.dial(address, port), wire.undemanding(), name))
        pytest.fail(f"{address}:{port}, seen from {looker}, for {name}: {error.verify_message}. It shows\n{shown}")


@pytest.fixture(scope="module")
def ca_pem(hosts: Hosts) -> str:
    """The cluster's CA, from the first master."""
    return hosts.fleet.reader(hosts.first_master).check(f"cat {hosts.layout.pki}/ca.crt")
