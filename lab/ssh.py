"""Reaching the hosts as the runbook does: SSH with the lab's key, host keys always checked."""

import shlex
import socket

from lab.command import CommandFailed, run
from lab.hosts import Host, Hosts


def line(host: Host, hosts: Hosts, *words: str) -> list[str]:
    """The ssh command line for the host, with the remote command's words, if any."""
    options = {
        "UserKnownHostsFile": str(hosts.known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "LogLevel": "ERROR",
    }
    settings = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", "-i", str(hosts.key), *settings, f"{hosts.user}@{host.address}", *words]


def command(host: Host, hosts: Hosts, text: str, *, stdin: bytes = b"", deadline: float = 300.0) -> str:
    """Give the stdout of root's shell command on the host; raises CommandFailed, which names host and command."""
    as_root = text if hosts.user == "root" else f"sudo --non-interactive sh -c {shlex.quote(text)}"
    try:
        return run(line(host, hosts, as_root), stdin=stdin, timeout=deadline)
    except CommandFailed as failed:
        raise CommandFailed([f"{host.name}:", text], failed.status, failed.stdout, failed.stderr) from failed


def answers(host: Host, timeout: float = 1.0) -> bool:
    """Whether an SSH server greets on the host's port 22."""
    try:
        with socket.create_connection((host.address, 22), timeout=timeout) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
