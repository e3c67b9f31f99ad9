"""Reaching the hosts as the runbook does: the system's SSH client, the lab's key, host keys always checked."""

import socket
import time

from lab.command import run
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
    return ["ssh", "-F", "none", "-i", str(hosts.key), *settings, f"root@{host.address}", *words]


def command(host: Host, hosts: Hosts, text: str, *, stdin: bytes = b"", deadline: float = 300.0) -> str:
    return run(line(host, hosts, text), stdin=stdin, timeout=deadline)


def answers(host: Host, timeout: float = 1.0) -> bool:
    """Whether an SSH server greets on the host's port 22."""
    try:
        with socket.create_connection((host.address, 22), timeout=timeout) as connection:
            connection.settimeout(timeout)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def wait_until_it_answers(host: Host, console: str, deadline: float = 60.0) -> None:
    end = time.monotonic() + deadline
    while not answers(host):
        if time.monotonic() > end:
            raise TimeoutError(f"{host.name}: no SSH server at {host.address}:22 for {deadline:.0f} s; its console: {console}")
        time.sleep(0.1)
