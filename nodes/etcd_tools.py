"""etcdctl and etcdutl on a master: those on root's PATH, or those that its etcd container brings along.

kubeadm installs neither, and the image of etcd holds both. Inside the container they see what is mounted there and no
more: the certificates and the data directory, under the host's own paths.
"""

import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from formats import ports
from formats.kubeadm import PKI
from nodes.commands import Result
from nodes.reading import Reader
from nodes.session import Session

# An older etcdctl, as distributions have it, speaks another protocol or prints other JSON.
OLDEST = (3, 5)

# The member on the host itself.
OWN = f"https://127.0.0.1:{ports.ETCD_CLIENT}"

# What ctr and crictl say before they start anything: the container is another one by now, and nothing has run.
_GONE = re.compile(
    r'container "[^"]*" in namespace "k8s\.io": not found|no running task found|when try to find container'
)


class NoEtcdToolsError(Exception):
    """str() names the node, what was looked for and what to do."""


class Runs(Protocol):
    """A Session, or a Reader where only looking is allowed."""

    name: str

    def run(self, command: str, *, deadline: float = 30.0) -> Result: ...


@dataclass(frozen=True)
class Tools:
    """Where one master's tools are: inside `container`, started by `runtime` (ctr or crictl); empty: on the PATH."""

    runtime: str = ""
    container: str = ""
    pki: str = f"{PKI}/etcd"

    def etcdctl(self, *arguments: str, endpoints: Sequence[str] = (OWN,), process: str = "") -> str:
        """The command line that asks this master's own member as its own client; or other members, likewise."""
        given = [
            f"--endpoints={','.join(endpoints)}",
            f"--cacert={self.pki}/ca.crt",
            f"--cert={self.pki}/server.crt",
            f"--key={self.pki}/server.key",
        ]
        return self.command("etcdctl", *given, *arguments, process=process)

    def command(self, *words: str, process: str = "") -> str:
        """Good for one use: containerd wants a name of its own for each process in a container.

        With a `process`, that is its name: a second one of that name is refused while the first one lives.
        """
        if self.runtime == "ctr":
            own = process or f"kubeadm-ha-{secrets.token_hex(8)}"
            words = ("ctr", "-n", "k8s.io", "tasks", "exec", "--exec-id", own, self.container, *words)
        elif self.runtime == "crictl":
            words = ("crictl", "exec", "--sync", self.container, *words)
        return shlex.join(words)


def containers(node: str, runtime: str = "ctr") -> str:
    """The command that prints the ids of etcd's containers on a master; those that have ended too, with ctr."""
    labels = {
        "io.kubernetes.container.name": "etcd",
        "io.kubernetes.pod.namespace": "kube-system",
        "io.kubernetes.pod.name": f"etcd-{node}",
    }
    if runtime == "ctr":
        filtered = ",".join(f'labels."{label}"=={value}' for label, value in labels.items())
        return shlex.join(["ctr", "-n", "k8s.io", "containers", "ls", "-q", filtered])
    selected = [word for label, value in labels.items() for word in ("--label", f"{label}={value}")]
    return shlex.join(["crictl", "ps", "-q", "--state", "Running", *selected])


class EtcdTools:
    """The tools of every master, each found when it is first needed and again when its container is another one.

    `pki` is the certificates directory.
    """

    def __init__(self, pki: str = PKI) -> None:
        self._pki = f"{pki}/etcd"
        self._found: dict[str, Tools] = {}

    def of(self, session: Session | Reader) -> Tools:
        """Raises NoEtcdToolsError, and what a Reader raises."""
        reader = session if isinstance(session, Reader) else Reader(session)
        if reader.name not in self._found:
            self._found[reader.name] = replace(found(reader), pki=self._pki)
        return self._found[reader.name]

    def run(self, session: Session | Reader, *arguments: str, deadline: float = 30.0) -> Result:
        """etcdctl, whatever its status. Sent a second time only where the first one has certainly not run."""
        result = session.run(self.of(session).etcdctl(*arguments), deadline=deadline)
        if self._is_gone(result):
            result = session.run(self.of(session).etcdctl(*arguments), deadline=deadline)
        return result

    def read(self, reader: Reader, *questions: Sequence[str]) -> list[str]:
        """What etcdctl prints to each of them, all in one round trip. Raises CommandFailed where it fails."""
        for _ in range(2):
            tools = self.of(reader)
            results = reader.run_all([tools.etcdctl(*words) for words in questions])
            if not any(map(self._is_gone, results)):
                break
        return [result.checked().stdout for result in results]

    def without_values(self, session: Session, *selection: str, deadline: float = 120.0) -> str:
        """What `etcdctl get SELECTION -w fields` prints, but for the values: secrets, which stay on the host.

        With --keys-only etcd 3.7 tells no key's lease.
        """
        got = self.of(session).etcdctl("get", *selection, "-w", "fields", f"--command-timeout={deadline - 10:.0f}s")
        script = f"""set -o pipefail; {got} | sed '/^"Value" : /d'"""
        return session.run(f"bash -c {shlex.quote(script)}", deadline=deadline).checked().stdout

    def _is_gone(self, result: Result) -> bool:
        """Whether there was nothing to run it in. Whatever has failed, the next command looks for the tools anew."""
        if result.status == 0:
            return False
        tools = self._found.pop(result.host, Tools())
        return bool(tools.container) and _GONE.search(result.stderr) is not None


def found(reader: Reader) -> Tools:
    """The tools of this master, as they are now. Raises NoEtcdToolsError."""
    etcdctl, etcdutl, labelled, tasks, listed = reader.run_all(
        [
            "etcdctl version",
            "etcdutl version",
            containers(reader.name),
            "ctr -n k8s.io tasks ls",
            containers(reader.name, "crictl"),
        ]
    )
    if _new_enough(etcdctl) and _new_enough(etcdutl):
        return Tools()
    running = {line.split()[0] for line in tasks.stdout.splitlines() if "RUNNING" in line.split()}
    candidates = [Tools("ctr", container) for container in labelled.stdout.split() if container in running]
    candidates = candidates or [Tools("crictl", container) for container in listed.stdout.split()]
    if len(candidates) != 1:
        if labelled.status == listed.status == 127:
            seen = "neither ctr nor crictl is there to look for etcd's container"
        else:
            seen = f"{len(candidates) or 'no'} containers of the pod etcd-{reader.name} run"
        raise NoEtcdToolsError(
            f"{reader.name}: {seen}, and etcdctl and etcdutl of {'.'.join(map(str, OLDEST))} or later are not on root's"
            " PATH: see `journalctl -u kubelet` there, or install the two"
        )
    (tools,) = candidates
    inside = reader.run(tools.command("etcdctl", "version"))
    if not _new_enough(inside):
        said = (inside.stderr.strip() or inside.stdout.strip() or "nothing").splitlines()[-1]
        raise NoEtcdToolsError(
            f"{reader.name}: `etcdctl version` in the etcd container says {said!r}: install etcdctl and etcdutl of"
            f" etcd's own version on root's PATH there"
        )
    return tools


def _new_enough(answer: Result) -> bool:
    version = re.search(r"^etcd[a-z]*tl version: (\d+)\.(\d+)", answer.stdout, re.MULTILINE)
    return answer.status == 0 and version is not None and (int(version[1]), int(version[2])) >= OLDEST
