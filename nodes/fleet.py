"""All machines of an inventory, connected side by side; what is wrong with any of them is known at once."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from formats.ports import KUBELET
from nodes.commands import ConnectionLost, DeadlinePassed, DialFailed, DialForbidden
from nodes.inventory import Inventory, Ssh
from nodes.jump import JumpHost
from nodes.reading import Reader
from nodes.session import Session

T = TypeVar("T")
_LOGIN_CHECK_SECONDS = 5.0


@dataclass(frozen=True)
class Problem:
    """Why a node cannot be used; `reason` is whole sentences, with what to do about it."""

    node: str
    reason: str

    def __str__(self) -> str:
        return f"{self.node}: {self.reason}"


class Unreachable(Exception):  # noqa: N818 - named for what happened, as all of them in this room
    """A node was asked for that had a problem when the connections were made."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Fleet:
    """The sessions of one run, by node name. `Fleet.open` makes it."""

    def __init__(
        self, sessions: Mapping[str, Session], problems: Mapping[str, Problem], jump: JumpHost | None = None
    ) -> None:
        self._sessions, self._jump = sessions, jump
        self.problems: Mapping[str, Problem] = MappingProxyType(dict(problems))
        self.names = tuple(sessions)

    @classmethod
    def open(cls, inventory: Inventory) -> "Fleet":
        """Connect to every node, all at the same time. A node's failure is in `problems`, never raised."""
        jump = JumpHost(inventory.ssh) if inventory.ssh.jump else None
        sessions = {name: Session(node, inventory.ssh, jump) for name, node in inventory.nodes.items()}
        reasons = side_by_side(lambda name: _unusable(sessions[name], inventory.ssh), sessions)
        problems = {
            name: Problem(name, f"{type(reason).__name__}: {reason}" if isinstance(reason, Exception) else reason)
            for name, reason in reasons.items()
            if reason
        }
        for name in problems:
            sessions[name].close()
        return cls(sessions, problems, jump)

    def __getitem__(self, name: str) -> Session:
        """The session of node `name`. Raises Unreachable where the node has a problem."""
        if name in self.problems:
            raise Unreachable(self.problems[name])
        return self._sessions[name]

    def reader(self, name: str) -> Reader:
        """The side of `name` that only reads. Raises as `[name]` does."""
        return Reader(self[name])

    def side_by_side(self, work: Callable[[str], T], names: Iterable[str]) -> dict[str, T | Exception]:
        """`work(name)` for all names at the same time; an exception is a name's answer, never raised."""
        return side_by_side(work, names)

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()
        if self._jump is not None:
            self._jump.close()


def side_by_side(work: Callable[[str], T], names: Iterable[str]) -> dict[str, T | Exception]:
    """`work(name)` for all names, each in a thread of its own; an exception is a name's answer, never raised."""

    def answer(name: str) -> T | Exception:
        try:
            return work(name)
        except Exception as error:  # it is the answer: the others' work goes on
            return error

    names = tuple(names)
    with ThreadPoolExecutor(max_workers=max(1, len(names)), thread_name_prefix="side-by-side") as pool:
        return dict(zip(names, pool.map(answer, names), strict=True))


def _unusable(session: Session, ssh: Ssh) -> str:
    """Why this node cannot be used; empty where commands run as root and nothing else prints."""
    try:
        asked = session.run("id -u", deadline=_LOGIN_CHECK_SECONDS)
    except ConnectionLost as error:
        return str(error).removeprefix(f"{session.name}: ")
    except DeadlinePassed as error:
        hanging = "log in by hand to see what hangs (a login script, sudo, a home folder)"
        return f"{str(error).removeprefix(f'{session.name}: ')}: {hanging}"
    if asked.status == 0 and asked.stdout == "0\n":
        return _forwards_nothing(session, ssh) or (_records(session, ssh) if ssh.sudo else "")
    if asked.status == 127 and ssh.sudo:
        return "there is no sudo there: install it, or log in as root (`user: root` and `sudo: false` under `ssh:`)"
    if asked.status != 0 and ssh.sudo:
        line = f"{ssh.user} ALL=(root) NOPASSWD: ALL"
        said = (asked.stderr.strip() or asked.stdout.strip() or f"status {asked.status}").splitlines()[-1]
        place = f"/etc/sudoers.d/{ssh.user}"
        if "tty" in said:
            return f"sudo asks for a terminal ({said}): write `Defaults:{ssh.user} !requiretty` to {place} there"
        return f"sudo without a password is not allowed ({said}): write `{line}` to {place} there"
    if asked.status == 0 and asked.stdout.strip().isdigit():
        advice = "let sudo lead to root there" if ssh.sudo else "write `sudo: true` or `user: root` under `ssh:`"
        return f"commands run with uid {asked.stdout.strip()} and not as root: {advice}"
    said = (asked.stdout + asked.stderr).strip()[:200]
    return (
        f"`id -u` answered {said!r} where `0` alone is expected: a login script (~/.bashrc) prints something, or the "
        "login shell is no POSIX shell; silence it for shells that are not interactive"
    )


def _forwards_nothing(session: Session, ssh: Ssh) -> str:
    """Why checks could not look at servers from this node; empty where they can. Whether one answers is their own."""
    try:
        session.dial("127.0.0.1", KUBELET, _LOGIN_CHECK_SECONDS).close()
    except DialForbidden:
        return (
            f"its sshd opens no connections for {ssh.user}, and checks look at servers from there: set"
            " `AllowTcpForwarding yes` in its sshd_config, without a PermitOpen, or in a `Match User` of its own"
        )
    except (DialFailed, ConnectionLost):
        pass
    return ""


def _records(session: Session, ssh: Ssh) -> str:
    """Why keys would stay in sudo's own records of what goes through it; empty where it keeps none."""
    listed = session.run(f"sudo -n -l -U {shlex.quote(ssh.user)}", deadline=_LOGIN_CHECK_SECONDS).stdout
    kept = sorted(set(re.findall(r"(?<![!\w])log_(?:input|output|std\w+|tty\w+)", listed.partition("may run the")[0])))
    if not kept:
        return ""
    never = ", ".join(f"!{word}" for word in kept)
    return (
        f"its sudo records what goes through it ({', '.join(kept)}), and keys do: write"
        f" `Defaults:{ssh.user} {never}` to /etc/sudoers.d/{ssh.user} there"
    )
