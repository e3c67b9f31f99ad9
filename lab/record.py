"""One lab a machine, and one command of it at a time."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.refusals import Refusal

LOCK = Path("/run/kubeadm-ha-lab.lock")
RECORD = Path("/run/kubeadm-ha-lab.json")


@dataclass(frozen=True)
class Record:
    """The lab of this machine since it came up; lies in /run, so that a reboot forgets it."""

    state: str
    nodes_file: str
    boot: str
    whole: bool = False  # the cluster was brought up to its end

    @staticmethod
    def boot_now() -> str:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def read() -> Record | None:
    """The record of a lab since the machine's start, if there is one."""
    try:
        record = Record(**json.loads(RECORD.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.boot == Record.boot_now() else None


def write(record: Record) -> None:
    partial = RECORD.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(record)))
    partial.rename(RECORD)


def forget() -> None:
    RECORD.unlink(missing_ok=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the machine's lab for one command; raises Refusal while another command has it."""
    with LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refusal(f"another lab command is at work ({file.read().strip()}): wait for its end") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}: {' '.join(Path(word).name for word in sys.orig_argv)}")
        file.flush()
        yield
