"""Kubeconfig files on nodes: the credential in them, and the server they point to, each on its own.

Two kinds, because they change at different steps: admin.conf is signed in step 3, while its new master has only
its own apiserver to talk to, and points to the endpoint from step 6 on.
"""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

from changes.certificates import MARGIN, authority, new_pair
from changes.change import SO, Look
from changes.placing import place
from formats import certificates, kubeconfigs
from formats.diffs import unified
from nodes.hosts import Hosts
from nodes.secret import Secret


@dataclass(frozen=True)
class Credential:
    """A kubeconfig whose embedded client certificate is signed by the cluster's CA for this user.

    `server` is where it points when it has to be made; an existing file keeps its own.
    """

    node: str
    path: str
    request: certificates.Request
    pki: str
    key_kind: str
    server: str

    def __str__(self) -> str:
        return f"{self.node}: {self.path}, a credential of {self.request.common_name}"

    def look(self, hosts: Hosts) -> Look:
        session = hosts.fleet[self.node]
        if session.run(f"test -e {shlex.quote(self.path)}").status != 0:
            return Look(so=False, seen="no such file", diff=f"+ {self.path}: {self.request.common_name}\n")
        text = session.read_secret(self.path).reveal().decode()
        certificate = kubeconfigs.client_certificate(text)
        if certificate is None:
            return Look(so=False, seen="no client certificate in it", diff=f"~ {self.path}: new credential\n")
        ca = hosts.first.check(f"cat {shlex.quote(self.pki)}/ca.crt")
        faults = certificates.faults(
            certificate, kubeconfigs.client_public_key(text), ca, self.request, datetime.now(UTC), MARGIN
        )
        if kubeconfigs.ca_pem(text).strip() != ca.strip():
            faults.append("trusts another CA than the cluster's")
        if not faults:
            return SO
        return Look(so=False, seen="; ".join(faults), diff=f"~ {self.path}: new credential\n")

    def do(self, hosts: Hosts) -> None:
        ca_pem, ca_key = authority(hosts, f"{self.pki}/ca")
        certificate, key = new_pair(self.request, self.key_kind, ca_pem, ca_key)
        text = kubeconfigs.render(self.server, ca_pem, self.request.common_name, certificate, key.reveal())
        place(hosts.fleet[self.node], self.path, Secret(text), 0o600)


@dataclass(frozen=True)
class PointedAt:
    """A kubeconfig that names this server; everything else in it stays as it is."""

    node: str
    path: str
    server: str

    def __str__(self) -> str:
        return f"{self.node}: {self.path} → {self.server}"

    def look(self, hosts: Hosts) -> Look:
        session = hosts.fleet[self.node]
        if session.run(f"test -e {shlex.quote(self.path)}").status != 0:
            return Look(so=False, seen="no such file", diff=f"+ server: {self.server}\n")
        before = session.read_secret(self.path).reveal().decode()
        if kubeconfigs.server(before) == self.server:
            return SO
        after = kubeconfigs.with_server(before, self.server)
        return Look(
            so=False,
            seen=f"it names {kubeconfigs.server(before)}",
            diff=unified(kubeconfigs.mask(before), kubeconfigs.mask(after), f"{self.node}:{self.path}"),
        )

    def do(self, hosts: Hosts) -> None:
        session = hosts.fleet[self.node]
        before = session.read_secret(self.path).reveal().decode()
        place(session, self.path, Secret(kubeconfigs.with_server(before, self.server).encode()), 0o600)
