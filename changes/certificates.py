"""Certificates on nodes, signed here with the cluster's own CA.

A key that is there is kept, so that a new certificate is one rename: certificate and key are two files, and an
apiserver that reloads between two renames would serve a pair that does not match.
"""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from changes.change import SO, Look
from changes.files import present
from changes.placing import place
from formats import certificates
from formats.diffs import unified
from nodes.hosts import Hosts
from nodes.secret import Secret

# What is signed now must outlive the gate of step 1, which asks for 30 days.
MARGIN = timedelta(days=30)


@dataclass(frozen=True)
class Signed:
    """PATH.crt with PATH.key, satisfying `request`, signed by the first master's AUTHORITY.crt.

    `path` and `authority` are absolute, without the extension.
    """

    node: str
    path: str
    authority: str
    request: certificates.Request
    key_kind: str

    def __str__(self) -> str:
        return f"{self.node}: {self.path}.crt for {self.request.common_name}"

    def look(self, hosts: Hosts) -> Look:
        before = self._certificate(hosts)
        wanted = _described(self.request)
        if before is None:
            return Look(so=False, seen="no such file", diff=unified("", wanted, f"{self.node}:{self.path}.crt"))
        ca = hosts.first.check(f"cat {shlex.quote(self.authority)}.crt")
        key = self._key(hosts)
        public = None if key is None else certificates.public_key_of(key.reveal())
        try:
            faults = certificates.faults(before, public, ca, self.request, datetime.now(UTC), margin(self.request))
            shown = certificates.describe(before)
        except certificates.CertificateError as error:
            faults, shown = [str(error)], "(not a certificate)\n"
        there = present(hosts.fleet[self.node], f"{self.path}.key")
        if there is not None and (fault := there.fault(0o600)):
            faults.append(f"its key: {fault}")
        diff = unified(shown, wanted, f"{self.node}:{self.path}.crt")
        return Look(so=False, seen="; ".join(faults), diff=diff) if faults else SO

    def do(self, hosts: Hosts) -> None:
        session = hosts.fleet[self.node]
        key, there = self._key(hosts), present(session, f"{self.path}.key")
        if key is None or there is None or there.fault(0o600):
            key = key or Secret(certificates.new_key(self.key_kind))
            place(session, f"{self.path}.key", key, 0o600)
        ca_pem, ca_key = authority(hosts, self.authority)
        certificate = certificates.sign(self.request, key.reveal(), ca_pem, ca_key.reveal(), datetime.now(UTC))
        place(session, f"{self.path}.crt", certificate.encode(), 0o644)

    def _certificate(self, hosts: Hosts) -> str | None:
        file = f"{shlex.quote(self.path)}.crt"
        return hosts.fleet[self.node].check(f"test -e {file} || exit 0; cat {file}") or None

    def _key(self, hosts: Hosts) -> Secret | None:
        """The key that is there; None where there is none, or one that nobody can read."""
        session = hosts.fleet[self.node]
        if session.run(f"test -s {shlex.quote(self.path)}.key").status != 0:
            return None
        key = session.read_secret(f"{self.path}.key")
        try:
            certificates.public_key_of(key.reveal())
        except certificates.CertificateError:
            return None
        return key


def margin(request: certificates.Request) -> timedelta:
    """How long a certificate must still hold not to be signed anew: no longer than half of what a new one would."""
    return min(MARGIN, request.lifetime / 2)


def _described(request: certificates.Request) -> str:
    """What a diff shows of a certificate that is still to be signed, in the lines of certificates.describe."""
    subject = ",".join([f"CN={request.common_name}", *(f"O={name}" for name in request.organizations)])
    lines = {
        "subject": subject,
        "names": ", ".join(sorted(request.names)),
        "addresses": ", ".join(sorted(request.addresses)),
        "usages": ", ".join(sorted(request.usages)),
        "valid": f"{request.lifetime.days} days from now",
    }
    return "".join(f"{word}: {value}\n" for word, value in lines.items() if value)


def authority(hosts: Hosts, path: str) -> tuple[str, Secret]:
    """The certificate and key of one of the cluster's CAs, from the first master; `path` without extension."""
    return hosts.first.check(f"cat {shlex.quote(path)}.crt"), hosts.first.read_secret(f"{path}.key")


def new_pair(request: certificates.Request, kind: str, ca_pem: str, ca_key: Secret) -> tuple[str, Secret]:
    """A fresh key with its certificate."""
    key = Secret(certificates.new_key(kind))
    return certificates.sign(request, key.reveal(), ca_pem, ca_key.reveal(), datetime.now(UTC)), key
