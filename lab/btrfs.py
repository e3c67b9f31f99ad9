"""The lab's disk: btrfs in a file, because a snapshot of a prepared host takes no time and no room."""

import contextlib
import os
from pathlib import Path

from lab.command import CommandFailed, run
from lab.places import Places
from lab.refusals import Refusal

SIZE = 64 << 30  # bytes, of a sparse file: only what is written counts, and discard gives freed room back


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
    try:
        run(["mount", "-t", "btrfs", "-o", "loop,noatime,discard=async", places.disk_image, places.disk])
    except CommandFailed as error:
        raise Refusal(
            f"the lab's disk does not mount: if this machine can mount btrfs from a file at all, delete "
            f"{places.disk_image}, and the next `lab up` makes it anew\n{error}"
        ) from error
    # Past the machine's cache: through it, a host that waits for a few bytes to be on the disk waits for all that every
    # host has written before. Where the file lies on a file system that cannot do that, the disk serves without.
    with contextlib.suppress(CommandFailed):
        run(["losetup", "--direct-io=on", device(places)])
    (places.disk / "hosts").mkdir(exist_ok=True)


def device(places: Places) -> Path:
    """The loop device that the disk is mounted from."""
    return Path(run(["findmnt", "--noheadings", "--output", "SOURCE", "--nofsroot", places.disk]).strip())


def unmount(places: Places) -> None:
    """Unmount the disk; its loop device goes with it, for mount set it up so."""
    if os.path.ismount(places.disk):
        run(["umount", places.disk])


def create(path: Path) -> None:
    run(["btrfs", "--quiet", "subvolume", "create", path])


def snapshot(of: Path, path: Path) -> None:
    run(["btrfs", "--quiet", "subvolume", "snapshot", of, path])


def delete(path: Path, disk: Path) -> None:
    """Delete a subvolume with those inside it, of which systemd makes some."""
    listed = run(["btrfs", "subvolume", "list", "-o", path]).splitlines()
    for inner in sorted((line.split(" path ", 1)[1] for line in listed), reverse=True):
        run(["btrfs", "--quiet", "subvolume", "delete", disk / inner])
    run(["btrfs", "--quiet", "subvolume", "delete", path])


def sync(path: Path) -> None:
    """See that what is on the disk now survives a crash of the machine."""
    run(["btrfs", "filesystem", "sync", path])
