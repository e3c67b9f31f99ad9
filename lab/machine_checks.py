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
from lab.refusals import Refusal

GIB = 1 << 30
ROOM = 12 * GIB  # cache and golden host take 4; the Go compiler's own cache and the hosts' growth the rest


def linux() -> None:
    if sys.platform != "linux":
        raise Refusal(
            f"the lab's hosts are Linux containers, and this is {platform.system()}: use a Linux machine, "
            "or a virtual one"
        )
    if platform.machine() not in ("x86_64", "aarch64"):
        raise Refusal(f"the lab knows x86_64 and aarch64, and this is {platform.machine()}: use another machine")


def root() -> None:
    if os.geteuid() != 0:
        raise Refusal("the lab makes hosts, mounts and a network, for which it has to be root: run it with sudo")


def our_lab(places: Places, hosts: Hosts) -> None:
    """Refuse to touch a lab that another checkout or another LAB_STATE has up on this machine."""
    found = record.read()
    if found and (found.state, found.nodes_file) != (str(places.state), str(hosts.path)):
        raise Refusal(
            f"a lab is up on this machine already, for {found.nodes_file}, and there is no room for two: "
            f"take it down with `LAB_STATE={found.state} python -m lab down`"
        )


def our_state(places: Places) -> None:
    """Refuse to take down a lab whose disk and hosts are in another place than the one named now."""
    found = record.read()
    if found and found.state != str(places.state):
        raise Refusal(f"the lab that is up has its state elsewhere: `LAB_STATE={found.state} python -m lab down`")


def room(places: Places) -> None:
    """Refuse a disk without room for what is not there yet."""
    for folder in (places.state, places.cache):
        disk = next(parent for parent in (folder, *folder.parents) if parent.exists())
        there = sum(path.stat().st_blocks * 512 for path in _files(places) if path.is_relative_to(folder))
        free = shutil.disk_usage(disk).free
        if free + there < ROOM:
            raise Refusal(
                f"{disk} has {free / GIB:.1f} GiB free, and the lab needs {(ROOM - there) / GIB:.1f}: "
                "make room, or name folders on a bigger disk in LAB_STATE and LAB_CACHE"
            )


def _files(places: Places) -> list[Path]:
    """What the lab has on the machine's own disks; the mounted disk is the image, not a second copy."""
    return [path for path in (places.disk_image, *places.cache.rglob("*")) if path.is_file()]


def btrfs() -> None:
    for name, device in (("btrfs", "/dev/btrfs-control"), ("loop", "/dev/loop-control")):
        if not Path(device).exists():
            try:
                run(["modprobe", name])
            except (CommandFailed, FileNotFoundError):
                raise Refusal(
                    f"there is no {device} and no kernel module {name}: the lab's hosts are btrfs snapshots "
                    "on a disk in a file; use a machine whose kernel has both, or a virtual one"
                ) from None


def addresses(hosts: Hosts) -> None:
    """Refuse addresses that the machine has itself, or reaches in another way than by its default route."""
    own = network.own_interfaces()
    if network.name_is_taken():
        raise Refusal(f"this machine has an interface {network.CABLE} that is not the lab's: rename it")
    for host in hosts.all:
        route = _route(host.address)
        if route and route["dst"] != "default" and route["dev"] not in own:
            raise Refusal(
                f"{host.name}'s address is in use: this machine reaches {host.address} through "
                f"{route['dev']} ({route['dst']}); give the lab's host another address in {hosts.path}"
            )


def _route(address: str) -> dict[str, str] | None:
    """The entry of the routing table that an address falls under; None without any."""
    try:
        [route] = json.loads(run(["ip", "-json", "route", "get", "fibmatch", address]))
    except CommandFailed:
        return None
    return {"dst": route["dst"], "dev": route.get("dev", "several interfaces")}
