"""What each master holds: its own certificates with their keys, and the authorities that all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from checks.gathering import Gathered, gather
from checks.kubeconfigs import Kubeconfig
from formats import certificates
from formats.certificates import Request
from formats.kubeadm import CLIENTS, PAIRS, Place, first_service_address
from formats.kubernetes import ClusterConfiguration
from nodes.commands import Result
from nodes.hosts import Hosts
from nodes.reading import Reader

AUTHORITIES = ("ca", "front-proxy-ca", "etcd/ca")


@dataclass(frozen=True)
class Held:
    """By path below the certificates directory, without the ending; "" for what is not there.

    certificates  in PEM
    keys          digests of the keys' public halves, as certificates.public_key_of gives them; None for a key that
                  others may read too, which is step 1's matter: ssh-keygen does not look at such a one
    """

    certificates: Mapping[str, str]
    keys: Mapping[str, str | None]


@pytest.fixture(scope="module")
def held(hosts: Hosts) -> Gathered[Held]:
    """What each master holds."""
    names = (node.name for node in hosts.inventory.masters)
    return gather(hosts, names, lambda reader: _held(reader, hosts.layout.pki))


def _held(reader: Reader, pki: str) -> Held:
    paths = (*AUTHORITIES, *PAIRS)
    shown = reader.run_all([f"cat {pki}/{path}.crt" for path in paths])
    # of a key nothing but its public half leaves the master
    public = reader.run_all([f"ssh-keygen -y -f {pki}/{path}.key" for path in paths])
    return Held(
        {path: answer.stdout if answer.status == 0 else "" for path, answer in zip(paths, shown, strict=True)},
        {path: _public_half(answer) for path, answer in zip(paths, public, strict=True)},
    )


def _public_half(answer: Result) -> str | None:
    if answer.status == 0:
        return certificates.public_key_of(answer.stdout.encode())
    return None if "too open" in answer.stderr else ""


@dataclass(frozen=True)
class Wanted:
    """What kubeadm would ask for on each master, and with whose signature: the first master's authorities decide."""

    hosts: Hosts
    configuration: ClusterConfiguration
    first: Held
    first_kubeconfigs: Mapping[str, Kubeconfig]

    def faults_of_pair(self, held: Held, master: str, path: str) -> list[str]:
        """What is wrong with a certificate and its key; [] where nothing is."""
        pem, pair, file = held.certificates[path], PAIRS[path], f"{self.hosts.layout.pki}/{path}.crt"
        if not pem:
            return [f"{file} is not there"]
        firsts = self.first.certificates[path]
        organizations = certificates.read(firsts)[0].organizations if path == "apiserver-kubelet-client" else ()
        request = self._own_or(master, pem, pair.request(self._place(master), organizations))
        found = _faults(pem, held.keys[path], self.first.certificates[pair.authority], request)
        return [f"{file} {fault}" for fault in found]

    def faults_of_kubeconfig(self, found: Mapping[str, Kubeconfig], master: str, name: str) -> list[str]:
        """What is wrong with a kubeconfig's client and with whom it trusts; its server is another matter."""
        there = found.get(name)
        if there is None:
            return [f"/etc/kubernetes/{name} is not there"]
        if there.client is None:
            return [f"/etc/kubernetes/{name} holds no client certificate"]
        wanted = CLIENTS[name].request()
        if name == "admin.conf" and (firsts := self.first_kubeconfigs[name].client):
            first = certificates.read(firsts)[0]
            wanted = Request(first.common_name, first.organizations, usages=wanted.usages)
        request = self._own_or(master, there.client, wanted)
        faults = _faults(there.client, there.public_key or "", self.first.certificates["ca"], request)
        if there.authorities and there.authorities != fingerprints(self.first.certificates["ca"]):
            faults.append("trusts another authority than the cluster's")
        return [f"/etc/kubernetes/{name} {fault}" for fault in faults]

    def _own_or(self, master: str, pem: str, request: Request) -> Request:
        """On the first master the subject and names that are there: older kubeadms, and people, chose others."""
        if master != self.hosts.first_master:
            return request
        own = certificates.read(pem)[0]
        return Request(own.common_name, own.organizations, usages=request.usages)

    def _place(self, name: str) -> Place:
        return Place(
            name=name,
            address=self.hosts.inventory.nodes[name].address,
            service_address=first_service_address(self.configuration.service_subnet),
            dns_domain=self.configuration.dns_domain,
            endpoint=self.hosts.inventory.cluster.endpoint.host,
            cert_sans=self.configuration.cert_sans,
            etcd_server_sans=self.configuration.etcd_server_sans,
            etcd_peer_sans=self.configuration.etcd_peer_sans,
        )


@pytest.fixture(scope="module")
def wanted(
    hosts: Hosts,
    configuration: ClusterConfiguration,
    held: Gathered[Held],
    kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]],
) -> Wanted:
    first = hosts.first_master
    return Wanted(hosts, configuration, held[first], kubeconfigs_on_disk[first])


def fingerprints(pem: str) -> frozenset[str]:
    """Of every certificate in a bundle."""
    return frozenset(one.fingerprint for one in certificates.read(pem))


def _faults(pem: str, key: str | None, ca_pem: str, request: Request) -> list[str]:
    # from when to when it is valid is step 1's matter: judged as on its first day
    own = certificates.read(pem)[0]
    judged = own.public_key if key is None else key
    return certificates.faults(pem, judged or None, ca_pem, request, own.not_before, timedelta(0))
