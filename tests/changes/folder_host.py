"""A host in a folder: the commands of a change, run by a real shell, with the host's /etc and /var/lib in the folder.

The changes write as root to a host's own files. Here the very commands run on this machine, by the same sh and
coreutils, with each absolute path below /etc and /var/lib led into a folder, so that two hosts can differ.
"""

import os
import re
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from nodes.commands import CommandFailed, DialFailed, Result
from nodes.hosts import Hosts
from nodes.secret import Secret
from tests.formats.authorities import Authority

# Files become root's: whoever runs the tests as another user is root in a namespace of his own.
SHELL = ["sh", "-c"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "sh", "-c"]
_HOSTS_OWN = re.compile(r"(?<![\w./-])/(?=(etc|var/lib)/)")


@dataclass
class FolderHost:
    """As nodes.session.Session, as far as changes to files use it. `commands` is all that was in an argv."""

    name: str
    folder: Path
    commands: list[str] = field(default_factory=list)

    def run(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> Result:
        self.commands.append(command)
        data = stdin.reveal() if isinstance(stdin, Secret) else stdin
        ended = subprocess.run(  # noqa: S603  # the commands under test
            [*SHELL, _HOSTS_OWN.sub(lambda _: f"{self.folder}/", command)],
            input=data or b"",
            capture_output=True,
            timeout=deadline,
            env={**os.environ, "LC_ALL": "C"},
        )
        out, err = (text.decode("utf-8", "surrogateescape") for text in (ended.stdout, ended.stderr))
        return Result(self.name, command, ended.returncode, out, err)

    def check(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> str:
        result = self.run(command, stdin=stdin, deadline=deadline)
        if result.status != 0:
            raise CommandFailed(result.host, result.command, result.status, result.stdout, result.stderr)
        return result.stdout

    def read_secret(self, path: str) -> Secret:
        return Secret(self.check(f"cat -- {path}").encode("utf-8", "surrogateescape"))

    def dial(self, address: str, port: int, timeout: float = 5.0) -> socket.socket:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            raise DialFailed(f"{self.name} could not connect to {address} port {port}: {error}") from error

    def at(self, path: str) -> Path:
        """Where a path of the host is on this machine."""
        return self.folder / path.lstrip("/")

    def put(self, path: str, content: str | bytes, mode: int = 0o644) -> Path:
        """A file that stands there before."""
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        return file

    def text(self, path: str) -> str:
        return self.at(path).read_text()

    def mode(self, path: str) -> str:
        return f"{self.at(path).stat().st_mode & 0o7777:04o}"

    def kept(self, path: str) -> list[Path]:
        """What stood at `path` before, oldest first."""
        store = self.at(f"/var/lib/kubeadm-ha/replaced{self.at(path)}")
        return sorted(store.parent.glob(f"{store.name}.*"))

    def temporaries(self) -> list[Path]:
        return sorted(self.folder.rglob(".kubeadm-ha*"))


def hosts(*them: FolderHost) -> Hosts:
    """The first one is the first master."""
    fleet = {host.name: host for host in them}
    inventory = SimpleNamespace(cluster=SimpleNamespace(etcd="grow"))
    return Hosts(fleet, inventory, them[0].name)  # type: ignore[arg-type]  # what changes to files use of it


def with_authority(host: FolderHost, authority: Authority, path: str = "/etc/kubernetes/pki/ca") -> None:
    host.put(f"{path}.crt", authority.pem)
    host.put(f"{path}.key", authority.key, 0o600)
