"""One lab a machine, and one command of it at a time."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lab import machine
from lab.hosts import Hosts
from lab.places import Places
from lab.refusals import Refusal

RUN = Path("/run")
LOCK, RECORD = RUN / "kubeadm-ha-lab.lock", RUN / "kubeadm-ha-lab.json"


@dataclass(frozen=True)
class Record:
    """The lab that is up on this machine, whose ever it is."""

    state: str
    nodes_file: str
    hosts: dict[str, str]  # name -> address
    boot: str
    whole: bool = False  # the cluster was brought up to its end
    variant: str = ""  # of lab/variants; none is the usual cluster

    @classmethod
    def of(cls, places: Places, hosts: Hosts, variant: str = "") -> "Record":
        addresses = {host.name: host.address for host in hosts.all}
        return cls(str(places.state), str(hosts.path), addresses, machine.boot(), variant=variant)

    def write(self, *, whole: bool) -> None:
        partial = RECORD.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(replace(self, whole=whole))))
        partial.rename(RECORD)


def read() -> Record | None:
    """The record of the lab that was brought up since the machine's start, if there is one."""
    try:
        record = Record(**json.loads(RECORD.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.boot == machine.boot() else None


def variant() -> str:
    """The name of the variant that is up, or half made; empty for the usual cluster and for none."""
    found = read()
    return found.variant if found else ""


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
            raise Refusal(f"another lab command is at work: wait for its end ({file.read().strip()})") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}: lab {' '.join(sys.argv[1:])}\n")
        file.flush()
        yield
