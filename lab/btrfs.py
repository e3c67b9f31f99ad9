"""The lab's disk: btrfs in a file, because a snapshot of a prepared host takes no time and no room."""

import os
from pathlib import Path

from lab.command import run
from lab.places import Places

SIZE = 64 << 30  # of the sparse file: what is written counts, and freed room goes back to the machine (discard)


def mount(places: Places) -> None:
    """Mount the disk, making it first if there is none; leaves a mounted one alone."""
    if os.path.ismount(places.disk):
        return
    places.disk.mkdir(parents=True, exist_ok=True)
    if not places.disk_image.exists():
        partial = places.disk_image.with_suffix(".partial")
        with partial.open("wb") as image:
            image.truncate(SIZE)
        run(["mkfs.btrfs", "--quiet", "--label", "kubeadm-ha-lab", partial])
        partial.rename(places.disk_image)
    run(["mount", "-o", "loop,noatime,discard=async", places.disk_image, places.disk])
    (places.disk / "hosts").mkdir(exist_ok=True)


def unmount(places: Places) -> None:
    """Unmount the disk; its loop device goes with it (mount set it up with autoclear)."""
    if os.path.ismount(places.disk):
        run(["umount", places.disk])


def create(path: Path) -> None:
    run(["btrfs", "--quiet", "subvolume", "create", path])


def snapshot(of: Path, path: Path) -> None:
    run(["btrfs", "--quiet", "subvolume", "snapshot", of, path])


def delete(path: Path, disk: Path) -> None:
    """Delete a subvolume with those inside it (systemd makes some of its own below /var)."""
    listed = run(["btrfs", "subvolume", "list", "-o", path]).splitlines()
    for inner in sorted((line.split(" path ", 1)[1] for line in listed), reverse=True):
        run(["btrfs", "--quiet", "subvolume", "delete", disk / inner])
    run(["btrfs", "--quiet", "subvolume", "delete", path])
