"""The hosts' processes, found by what they are and not by remembered numbers: right after any crash."""

import os
import select
import signal
from pathlib import Path

PROC = Path("/proc")


def containers(root: Path) -> list[int]:
    """The systemd-nspawn processes that run the host with this root folder."""
    wanted = f"--directory={root}".encode()
    return [pid for pid in _pids() if wanted in _words(pid) and _words(pid)[0].endswith(b"systemd-nspawn")]


def first_process(container: int) -> int | None:
    """The machine's number of the host's process 1."""
    for pid in _pids():
        status = _status(pid)
        if status.get("PPid") == str(container) and status.get("NSpid", "").split()[-1:] == ["1"]:
            return pid
    return None


def kill(root: Path, patience: float = 10.0) -> bool:
    """Cut the host's power: SIGKILL to its process 1, with which all the others die, and to its container.

    Gives whether it ran. A number is only signalled through a handle on the process that was looked at.
    """
    found = containers(root)
    for container in found:
        first = first_process(container)
        for pid in (first, container) if first else (container,):
            _kill(pid, container, root, patience)
    return bool(found)


def _kill(pid: int, container: int, root: Path, patience: float) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if pid == container and container not in containers(root):
            return
        if pid != container and _status(pid).get("PPid") != str(container):
            return
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        if not select.select([handle], [], [], patience)[0]:
            raise TimeoutError(f"process {pid} of the host in {root} is still there {patience:.0f} s after SIGKILL")
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


def _words(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def _status(pid: int) -> dict[str, str]:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
