"""Kubeconfig files on nodes: the credential in them, and the server they point to, each on its own.

Two kinds, because they change at different steps: admin.conf is signed in step 3, while its new master has only
its own apiserver to talk to, and points to the endpoint from step 6 on.
"""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

from changes.certificates import authority, margin, new_pair
from changes.change import SO, Look
from changes.files import present
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
        there = present(hosts.fleet[self.node], self.path)
        if there is None:
            return Look(so=False, seen="no such file", diff=f"+ {self.path}: {self.request.common_name}\n")
        ca = hosts.first.check(f"cat {shlex.quote(self.pki)}/ca.crt")
        faults = self._faults(hosts.fleet[self.node].read_secret(self.path), ca)
        if fault := there.fault(0o600):
            faults.append(fault)
        diff = f"~ {self.path}: a new credential of {self.request.common_name}\n"
        return Look(so=False, seen="; ".join(faults), diff=diff) if faults else SO

    def _faults(self, text: Secret, ca_pem: str) -> list[str]:
        try:
            shown = text.reveal().decode()
            certificate = kubeconfigs.client_certificate(shown)
            if certificate is None:
                return ["no client certificate in it"]
            key = kubeconfigs.client_public_key(shown)
            now = datetime.now(UTC)
            faults = certificates.faults(certificate, key, ca_pem, self.request, now, margin(self.request))
            if kubeconfigs.ca_pem(shown).strip() != ca_pem.strip():
                faults.append("trusts another CA than the cluster's")
        except (kubeconfigs.KubeconfigError, certificates.CertificateError, UnicodeDecodeError) as error:
            return [f"it cannot be read: {error}"]
        return faults

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
        there = present(hosts.fleet[self.node], self.path)
        if there is None:
            return Look(so=False, seen="no such file", diff=f"+ server: {self.server}\n")
        try:
            before = hosts.fleet[self.node].read_secret(self.path).reveal().decode()
            named = kubeconfigs.server(before)
            after = kubeconfigs.with_server(before, self.server)
            diff = unified(kubeconfigs.mask(before), kubeconfigs.mask(after), f"{self.node}:{self.path}")
        except (kubeconfigs.KubeconfigError, UnicodeDecodeError) as error:
            return Look(so=False, seen=f"it cannot be read: {error}")
        fault = f"it names {named}" if named != self.server else there.fault(0o600)
        return Look(so=False, seen=fault, diff=diff) if fault else SO

    def do(self, hosts: Hosts) -> None:
        before = hosts.fleet[self.node].read_secret(self.path)
        try:
            after = Secret(kubeconfigs.with_server(before.reveal().decode(), self.server).encode())
        except (kubeconfigs.KubeconfigError, UnicodeDecodeError) as error:
            raise ValueError(f"{self.node}: {self.path} cannot be read: {error}") from None
        place(hosts.fleet[self.node], self.path, after, 0o600)
