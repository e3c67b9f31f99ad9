"""A real sshd on a loopback address, with a host key and an authorized key of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import paramiko

from nodes.inventory_models import Node, Role

SSHD = "/usr/sbin/sshd"


def keypair(path: Path, kind: str = "ed25519") -> Path:
    """A new private key at `path`, its public half beside it."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True)  # noqa: S603
    return path


class Sshd:
    """One sshd in the foreground, ended by its pid."""

    def __init__(self, folder: Path, address: str, port: int, user_key: Path, *lines: str) -> None:
        self.folder, self.address, self.port = folder, address, port
        folder.mkdir()
        self.host_key = keypair(folder / "host_key")
        shutil.copy(user_key.with_suffix(".pub"), folder / "authorized_keys")
        config = [
            *lines,  # the first line of a kind is the one that counts
            f"ListenAddress {address}:{port}",
            f"HostKey {self.host_key}",
            f"AuthorizedKeysFile {folder / 'authorized_keys'}",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password",
            "SetEnv SHLVL=5",  # bash leaves ~/.bashrc out: what this machine's does is no part of a test
        ]
        (folder / "sshd_config").write_text("\n".join(config) + "\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = [SSHD, "-D", "-f", str(self.folder / "sshd_config"), "-E", str(self.folder / "log")]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex((self.address, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"sshd did not start: {self.log()}")

    def stop(self) -> None:
        """End the listener; sessions that are open go on, as on a real host."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def fingerprint(self, key: Path | None = None) -> str:
        return str(paramiko.PKey.from_path(key or self.host_key).fingerprint)

    def known_hosts_line(self, key: Path | None = None) -> str:
        kind, public = (key or self.host_key).with_suffix(".pub").read_text().split()[:2]
        return f"[{self.address}]:{self.port} {kind} {public}\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))  # noqa: S104 - free at every loopback address
        return int(probe.getsockname()[1])


def node(name: str, address: str = "127.0.0.1", role: Role = Role.MASTER) -> Node:
    """A node whose own address is another one than the loopback address that the test reaches it at."""
    return Node(name=name, address="10.24.138.208", role=role, ssh=address)


def wait_for(so: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)
