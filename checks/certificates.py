"""Certificates: on disk on every node, and as an apiserver shows them to another host."""

import shlex
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from checks.gathering import Gathered, gather
from formats import certificates, kubeconfigs
from formats.kubeadm import PKI
from nodes import unseen, wire
from nodes.fleet import Fleet
from nodes.hosts import Hosts
from nodes.named_files import lacking
from nodes.reading import Reader

KUBECONFIGS = ("admin.conf", "super-admin.conf", "controller-manager.conf", "scheduler.conf", "kubelet.conf")
"""kubeadm's, below /etc/kubernetes."""


@dataclass(frozen=True)
class OnDisk:
    """A certificate and the file that it was found in."""

    path: str
    certificate: certificates.Certificate

    def fault(self, now: datetime, days: int) -> str:
        """Why it is of no use now, or will be within so many days; "" where it is good."""
        if self.certificate.not_before > now:
            return f"not valid before {self.certificate.not_before:%Y-%m-%d %H:%M} UTC"
        left = (self.certificate.not_after - now) / timedelta(days=1)
        return f"{left:.1f} days left" if left < days else ""


@pytest.fixture(scope="module")
def certificates_on_disk(hosts: Hosts) -> Gathered[list[OnDisk]]:
    """Every certificate on each node: kubeadm's, the kubelet's, and those inside kubeconfigs."""
    return gather(hosts, hosts.inventory.nodes, lambda reader: _on_disk(reader, hosts.layout.pki))


def _on_disk(reader: Reader, pki: str) -> list[OnDisk]:
    # A worker need not have the masters' certificates directory.
    folders = [folder for folder in (pki, "/etc/kubernetes") if folder not in lacking(reader, [pki])]
    # find takes one -maxdepth for all of its line, the last: hence names and paths to tell what is wanted
    listed = reader.check(
        f"find {shlex.join(folders)} /var/lib/kubelet/pki -maxdepth 3 -name '*.crt' -o -name kubelet-client-current.pem"
        + "".join(f" -o -path /etc/kubernetes/{name}" for name in KUBECONFIGS)
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


def shown_by(hosts: Hosts, master: str) -> certificates.Certificate:
    """The certificate that a master's apiserver shows to another host, whatever it is good for."""
    address, looker = hosts.inventory.nodes[master].address, hosts.inventory.other_than(master).name
    channel = hosts.fleet.reader(looker).dial(address, hosts.layout.api_port)
    return certificates.read(wire.presented(channel, wire.undemanding(), address))[0]


@pytest.fixture(scope="module")
def trusted(hosts: Hosts) -> Gathered[str]:
    """The CA that each node's own kubelet lets in: a worker may have it where kubeadm puts it, whatever masters do."""
    places = dict.fromkeys((f"{hosts.layout.pki}/ca.crt", f"{PKI}/ca.crt"))

    def look(reader: Reader) -> str:
        answers = reader.run_all([f"cat {shlex.quote(place)}" for place in places])
        return next((one for one in answers if one.status == 0), answers[0]).checked().stdout

    return gather(hosts, hosts.inventory.nodes, look)


@pytest.fixture(scope="module")
def ca_pem(hosts: Hosts) -> str:
    """The cluster's CA, from the first master."""
    return hosts.fleet.reader(hosts.first_master).check(f"cat {hosts.layout.pki}/ca.crt")
