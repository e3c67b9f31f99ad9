"""What is looked at before the lab touches anything: can this machine hold it, and is the place free?"""

import json
import os
import platform
import shutil
import sys
from pathlib import Path

from lab import network, record
from lab.command import CommandFailed, run
from lab.hosts import Hosts
from lab.places import Places
from lab.progress import Progress
from lab.refusals import Refusal

ROOM = 12 << 30  # bytes: the cache takes 2, the golden host 3, four running hosts and their growth the rest
TOOLS = {  # program -> Debian package
    "ip": "iproute2", "mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "mkfs.btrfs": "btrfs-progs",
    "btrfs": "btrfs-progs", "ssh": "openssh-client", "ssh-keygen": "openssh-client", "sysctl": "procps", "tar": "tar",
    "systemctl": "systemd",
}  # fmt: skip
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def linux_and_root() -> None:
    if sys.platform != "linux":
        raise Refusal(f"the lab's hosts are Linux containers and this is {platform.system()}: use a Linux machine or VM")
    if os.geteuid() != 0:
        raise Refusal("the lab makes hosts, mounts and a bridge, which takes root: run it with sudo")


def our_lab(places: Places, hosts: Hosts) -> None:
    """Refuse to touch a lab that another checkout or another LAB_STATE has up on this machine."""
    found = record.read()
    if found and (found.state, found.nodes_file) != (str(places.state), str(hosts.path)):
        raise Refusal(
            f"a lab of {found.nodes_file} (state in {found.state}) is up on this machine, and two do not fit: "
            f"take it down first with `LAB_STATE={found.state} python -m lab down` in {Path(found.nodes_file).parent}"
        )


def room(places: Places) -> None:
    for path in {places.state, places.cache}:
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        used = sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file()) if path == places.cache else (
            places.disk_image.stat().st_blocks * 512 if places.disk_image.exists() else 0)
        if free + used < ROOM:
            raise Refusal(
                f"{there} has {free >> 30} GiB free and the lab needs {ROOM >> 30}: "
                "make room, or set LAB_STATE and LAB_CACHE to folders on a bigger disk"
            )


def btrfs_possible() -> None:
    if "btrfs" not in Path("/proc/filesystems").read_text():
        try:
            run(["modprobe", "btrfs"])
        except (CommandFailed, OSError):
            raise Refusal("this kernel has no btrfs, of which the hosts are snapshots: use a kernel that has it") from None
    if not Path("/dev/loop-control").exists():
        raise Refusal("there is no /dev/loop-control here, so no disk in a file: load the module loop, or use a VM")


def addresses_free(hosts: Hosts) -> None:
    """Refuse addresses that the machine has itself or reaches in some other way than by its default route."""
    own = network.own_interfaces()
    if network.BRIDGE not in own and Path(f"/sys/class/net/{network.BRIDGE}").exists():
        raise Refusal(f"the machine has an interface {network.BRIDGE} that is not the lab's: rename or remove it")
    for address in (*(host.address for host in hosts.all), network.MACHINE):
        [route] = json.loads(run(["ip", "-json", "route", "get", "fibmatch", address]) or "[{}]")
        if route.get("dst", "default") != "default" and route.get("dev") not in own:
            raise Refusal(
                f"{address} is in use: this machine has it or reaches it through {route.get('dev')} ({route['dst']}); "
                f"give the lab's host another address in {hosts.path.name}"
            )


def install_tools(progress: Progress) -> None:
    """Install the programs that are missing, where apt-get can; else refuse with their names."""
    missing = {package for tool, package in TOOLS.items() if not shutil.which(tool)}
    if not KEYRING.exists():
        missing.add("debian-archive-keyring")
    if not missing:
        return
    packages = sorted(missing)
    if not shutil.which("apt-get"):
        raise Refusal(f"missing here, and no apt-get to install them with: {', '.join(packages)} (names of Debian's packages)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with progress.stage(f"installing {', '.join(packages)}"):
        try:
            run(["apt-get", "update", "--quiet=2"], env=environment)
            run(["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *packages], env=environment)
        except CommandFailed as error:
            raise Refusal(f"could not install {', '.join(packages)}: install them by hand\n{error.stderr}") from error
