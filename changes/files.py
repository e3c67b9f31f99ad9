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
        if there is None:
            return Look(so=False, seen="no such file", diff=unified("", self.content, f"{self.node}:{self.path}"))
        fault = there.fault(self.mode)
        if there.digest == digest(self.content.encode()):
            return Look(so=False, seen=fault, diff=f"~ {self.path}: {fault}\n") if fault else SO
        before = session.check(f"cat -- {shlex.quote(self.path)}")
        diff = unified(before, self.content, f"{self.node}:{self.path}")
        return Look(so=False, seen="its content differs", diff=diff)

    def do(self, hosts: Hosts) -> None:
        place(hosts.fleet[self.node], self.path, self.content.encode(), self.mode)


@dataclass(frozen=True)
class Copied:
    """The first master's file, byte for byte, at the same place. It may be a key: neither shown nor logged.

    `mode` None is the first master's. `own_stays`: a file that the node has there already is its own and stays, as
    the operating system's bundle of certificates does.
    """

    node: str
    path: str
    mode: int | None = None
    own_stays: bool = False

    def __str__(self) -> str:
        return f"{self.node}: {self.path} as on the first master"

    def look(self, hosts: Hosts) -> Look:
        theirs, ours = present(hosts.first, self.path), present(hosts.fleet[self.node], self.path)
        if theirs is None:
            return Look(so=False, seen=f"{hosts.first_master} has no {self.path}")
        mode = theirs.mode if self.mode is None else self.mode
        if ours is not None and self.own_stays:
            return SO
        if ours is None:
            seen = "no such file"
        elif ours.digest != theirs.digest:
            seen = f"it differs from {hosts.first_master}'s"
        else:
            seen = ours.fault(mode)
        diff = f"+ {self.path}, {mode:04o} root, from {hosts.first_master}\n"
        return Look(so=False, seen=seen, diff=diff) if seen else SO

    def do(self, hosts: Hosts) -> None:
        theirs = present(hosts.first, self.path)
        if theirs is None:
            raise FileNotFoundError(f"{hosts.first_master} has no {self.path}")
        mode = theirs.mode if self.mode is None else self.mode
        place(hosts.fleet[self.node], self.path, hosts.first.read_secret(self.path), mode)


@dataclass(frozen=True)
class Folder:
    """A folder, made where there is none: a pod that mounts it does not start without.

    `mode` None is the first master's. The kubelet would make some of them by itself, open to everybody.
    """

    node: str
    path: str
    mode: int | None = None

    def __str__(self) -> str:
        return f"{self.node}: folder {self.path}"

    def look(self, hosts: Hosts) -> Look:
        quoted = shlex.quote(self.path)
        if hosts.fleet[self.node].run(f"test -d {quoted}").status == 0:
            return SO
        return Look(so=False, seen="no such folder", diff=f"+ {self.path}/\n")

    def do(self, hosts: Hosts) -> None:
        quoted = shlex.quote(self.path)
        mode = f"{self.mode:o}" if self.mode is not None else hosts.first.check(f"stat -Lc %a {quoted}").strip()
        hosts.fleet[self.node].check(f"mkdir -p {quoted} && chmod {mode} {quoted} && sync {quoted}")


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
    """A hosts file in which `name` stands once, for `address`; every other name and line as it was."""
    wanted = f"{address} {name} # the cluster's endpoint, kubeadm-ha"
    lines = text.removesuffix("\n").split("\n") if text else []
    kept = [left for line in lines if (left := _without(line, name, wanted)) is not None]
    if wanted not in kept:
        kept.append(wanted)
    return "\n".join(kept) + "\n"


def _without(line: str, name: str, wanted: str) -> str | None:
    """The line without this name, which the resolver compares in any case; None where no other name is left."""
    entry, mark, remark = line.partition("#")
    address, *names = entry.split() or [""]
    others = [one for one in names if one.lower() != name.lower()]
    if line == wanted or others == names:
        return line
    return " ".join([address, *others, *([mark + remark] if mark else [])]) if others else None


@dataclass(frozen=True)
class Present:
    """A file that is there: its sha256 (hex), its mode, and whether it is root's."""

    digest: str
    mode: int
    of_root: bool

    def fault(self, mode: int) -> str:
        """What is wrong with its mode and owner; empty where nothing is."""
        if self.of_root and self.mode == mode:
            return ""
        return f"it is mode {self.mode:04o} of {'root' if self.of_root else 'another user'}, wanted {mode:04o} root"


def present(session: Session, path: str) -> Present | None:
    """The file as it stands; None where there is none."""
    quoted = shlex.quote(path)
    command = f"test -e {quoted} || exit 0; sha256sum < {quoted} && stat -Lc '%a %u:%g' {quoted}"
    out = session.check(command).split()
    return Present(out[0], int(out[2], 8), out[3] == "0:0") if out else None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
