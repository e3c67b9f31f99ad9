"""One host's life: made as a snapshot of the golden host, started, its power cut."""

import os
import subprocess
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from lab import btrfs, cgroups, identity, network, processes, registry, ssh
from lab.hosts import Host, Hosts
from lab.places import FILES, Places

BOOT_WITHIN = 60.0  # seconds


class BootFailed(Exception):  # noqa: N818
    """A host ended while it booted, or never answered; str() has the end of what its console said."""


def make(places: Places, host: Host, hosts: Hosts, golden: Path, without: Iterable[str] = ()) -> None:
    """Make the host's disk: the golden host, and what tells this one from the others; `without` these programs."""
    root = places.root(host.name)
    btrfs.snapshot(golden, root)
    (root / "etc" / "hostname").write_text(f"{host.name}\n")
    (root / "etc" / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    names = "".join(f"{other.address} {other.name}\n" for other in hosts.all)
    (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{names}")
    (root / "etc" / "resolv.conf").write_text(f"nameserver {network.MACHINE}\n")
    identity.install(places, host, hosts, root)
    registry.make(host, hosts, root)
    for program in without:
        (root / "usr" / "bin" / program).unlink()


def is_made(places: Places, host: Host) -> bool:
    return places.root(host.name).exists()


def runs(places: Places, host: Host) -> bool:
    return bool(processes.containers(places.root(host.name)))


def start(places: Places, host: Host, hosts: Hosts) -> None:
    """Plug the host in and boot it; returns at once. A host that runs is left alone."""
    if runs(places, host):
        return
    network.attach(host, hosts)
    cgroups.remove(host.name)
    enclose = [str(FILES / "enclose.sh"), *map(str, cgroups.make(host.name)), "--"]
    nspawn = [
        "systemd-nspawn",
        "--quiet",
        f"--directory={places.root(host.name)}",
        "--boot",
        "--register=no",  # the machine may have no systemd of its own
        "--keep-unit",
        f"--machine={host.name}",
        f"--network-namespace-path=/run/netns/{network.namespace(host)}",
        "--capability=all",
        "--bind=/dev/kmsg",  # the kubelet insists on reading it
        f"--bind={btrfs.device(places)}",  # it also looks for the device that it is on, for the room there
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
    ]
    environment = {
        "PATH": f"{os.defpath}:/usr/sbin:/sbin",
        "SYSTEMD_SECCOMP": "0",  # containers on the host set filters of their own
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1",  # kubelet and kube-proxy set kernel parameters
    }
    with places.console(host.name).open("wb") as console:
        subprocess.Popen(  # noqa: S603 - the lab's own words
            [*enclose, *nspawn],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,  # it outlives this command, and a Ctrl-C meant for it
            env=environment,
        )


def wait_until_up(places: Places, host: Host) -> None:
    """Wait until the host's SSH server answers; raises BootFailed when it ends before, or takes too long."""
    began = time.monotonic()
    while not ssh.answers(host):
        waited = time.monotonic() - began
        ended = waited > 2 and not runs(places, host)
        if ended or waited > BOOT_WITHIN:
            said = places.console(host.name).read_text(errors="replace")[-1500:].strip()
            what = "ended while it booted" if ended else f"has no SSH server after {BOOT_WITHIN:.0f} s"
            raise BootFailed(f"{host.name} {what}; the end of {places.console(host.name)}:\n{said}")
        time.sleep(0.1)


def cut_power(places: Places, host: Host) -> bool:
    """Stop the host as a power loss does; gives whether it ran. Its disk stays as it is at that moment."""
    ran = processes.kill(places.root(host.name))
    network.detach(host)
    cgroups.remove(host.name)
    return ran
