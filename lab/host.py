"""One host's life: made as a snapshot of the golden host, started, its power cut, removed."""

import os
import subprocess
import uuid
from pathlib import Path

from lab import btrfs, cgroups, identity, network, processes
from lab.hosts import Host, Hosts
from lab.places import FILES, Places


def make(places: Places, host: Host, hosts: Hosts, golden: Path) -> None:
    """Make the host's disk: the golden host, and what tells this one from the others."""
    root = places.root(host.name)
    btrfs.snapshot(golden, root)
    (root / "etc" / "hostname").write_text(f"{host.name}\n")
    (root / "etc" / "machine-id").write_text(f"{uuid.uuid4().hex}\n")
    names = "".join(f"{other.address} {other.name}\n" for other in hosts.all)
    (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{names}")
    (root / "etc" / "resolv.conf").write_text(f"nameserver {network.MACHINE}\n")
    identity.install(places, host, hosts, root)


def start(places: Places, host: Host, hosts: Hosts) -> None:
    """Plug the host in and boot it; returns at once. A host that runs is left alone."""
    root = places.root(host.name)
    if processes.containers(root):
        return
    network.attach(host, hosts)
    cgroups.remove(host.name)
    enclose = [str(FILES / "enclose.sh"), *map(str, cgroups.make(host.name)), "--"]
    nspawn = [
        "systemd-nspawn", "--quiet", f"--directory={root}", "--boot", "--register=no", "--keep-unit",
        f"--machine={host.name}", f"--network-namespace-path=/run/netns/{network.namespace(host)}",
        "--capability=all", "--bind=/dev/kmsg", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
    ]  # fmt: skip
    with places.console(host.name).open("wb") as console:
        subprocess.Popen(  # noqa: S603 - the lab's own words
            [*enclose, *nspawn],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
            env={"PATH": os.defpath + ":/usr/sbin:/sbin", "SYSTEMD_SECCOMP": "0", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1"},
        )


def cut_power(places: Places, host: Host) -> bool:
    """Stop the host as a power loss does; gives whether it ran. Its disk stays as it is at that moment."""
    ran = processes.kill(places.root(host.name))
    network.detach(host)
    cgroups.remove(host.name)
    return ran


def runs(places: Places, host: Host) -> bool:
    return bool(processes.containers(places.root(host.name)))
