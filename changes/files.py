"""Files on nodes: given content, copies from the first master, and single lines in files of others."""

import hashlib
import shlex
from dataclasses import dataclass, field

from changes.change import SO, Look
from changes.placing import place
from formats.diffs import unified
from nodes.hosts import Hosts
from nodes.session import Session


@dataclass(frozen=True)
class File:
    """A file with this very content. `content` is shown in diffs, so it is no place for keys."""

    node: str
    path: str
    content: str = field(repr=False)
    mode: int = 0o600

    def __str__(self) -> str:
        return f"{self.node}: {self.path}"

    def look(self, hosts: Hosts) -> Look:
        session = hosts.fleet[self.node]
        there = present(session, self.path)
        if there == (digest(self.content.encode()), self.mode):
            return SO
        before = "" if there is None else session.check(f"cat -- {shlex.quote(self.path)}")
        seen = "no such file" if there is None else f"mode {there[1]:04o}, wanted {self.mode:04o}"
        if before and before != self.content:
            seen = "its content differs"
        return Look(so=False, seen=seen, diff=unified(before, self.content, f"{self.node}:{self.path}"))

    def do(self, hosts: Hosts) -> None:
        place(hosts.fleet[self.node], self.path, self.content.encode(), self.mode)


@dataclass(frozen=True)
class Copied:
    """The first master's file, byte for byte, at the same place. It may be a key: neither shown nor logged."""

    node: str
    path: str
    mode: int = 0o600

    def __str__(self) -> str:
        return f"{self.node}: {self.path} as on the first master"

    def look(self, hosts: Hosts) -> Look:
        theirs, ours = present(hosts.first, self.path), present(hosts.fleet[self.node], self.path)
        if theirs is None:
            return Look(so=False, seen=f"{hosts.first_master} has no {self.path}")
        if ours == (theirs[0], self.mode):
            return SO
        seen = "no such file" if ours is None else "it differs in content or mode"
        return Look(so=False, seen=seen, diff=f"+ {self.path}, {self.mode:04o} root, from {hosts.first_master}\n")

    def do(self, hosts: Hosts) -> None:
        place(hosts.fleet[self.node], self.path, hosts.first.read_secret(self.path), self.mode)


@dataclass(frozen=True)
class HostsEntry:
    """The endpoint's name in the node's hosts file, and no other address for it there."""

    node: str
    address: str
    name: str

    path = "/etc/hosts"

    def __str__(self) -> str:
        return f"{self.node}: {self.name} is {self.address} in {self.path}"

    def look(self, hosts: Hosts) -> Look:
        before = hosts.fleet[self.node].check(f"cat {self.path}")
        after = with_entry(before, self.address, self.name)
        if before == after:
            return SO
        diff = unified(before, after, f"{self.node}:{self.path}")
        return Look(so=False, seen="the entry is missing or another", diff=diff)

    def do(self, hosts: Hosts) -> None:
        session = hosts.fleet[self.node]
        after = with_entry(session.check(f"cat {self.path}"), self.address, self.name)
        place(session, self.path, after.encode(), 0o644)


def with_entry(text: str, address: str, name: str) -> str:
    """A hosts file in which `name` stands once, for `address`; every other line as it was."""
    wanted = f"{address} {name} # the cluster's endpoint, kubeadm-ha"
    lines = [line for line in text.splitlines() if line == wanted or name not in line.split("#")[0].split()[1:]]
    if wanted not in lines:
        lines.append(wanted)
    return "\n".join(lines) + "\n"


def present(session: Session, path: str) -> tuple[str, int] | None:
    """The sha256 (hex) and mode of a file; None where there is none."""
    quoted = shlex.quote(path)
    out = session.check(f"test -e {quoted} || exit 0; sha256sum < {quoted} && stat -c %a {quoted}").split()
    return (out[0], int(out[2], 8)) if out else None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
