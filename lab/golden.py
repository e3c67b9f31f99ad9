"""The golden host: everything installed and every image imported. Hosts are snapshots of it.

With the component `registry` no image is imported: they are in the registry's folder, from where it serves them.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab import btrfs, images, processes, registry, rootfs
from lab.command import run
from lab.components import Component
from lab.images import Image
from lab.places import FILES, Places
from lab.progress import Progress

HOST_FILES = FILES / "host"  # laid out as on a host
ON_HOSTS = {  # component -> commands
    "kubernetes": ("kubeadm", "kubelet", "kubectl"),
    "etcd": ("etcdctl", "etcdutl"),
    "containerd": ("containerd", "containerd-shim-runc-v2", "ctr"),
}
ENABLED = ("containerd.service", "kubelet.service", "lab-cgroups.service", "ssh.service")
DISABLED = ("nginx.service", "keepalived.service", "nftables.service", "e2scrub_reap.service")
MASKED = (
    "systemd-sysctl.service",  # it would set the kernel of the whole machine
    *("systemd-firstboot.service", "systemd-logind.service", "console-getty.service", "getty.target"),
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"),
)
# systemd would make the first two as subvolumes of their own; in the third the journal outlives a power loss
FOLDERS = ("var/lib/machines", "var/lib/portables", "var/log/journal", "etc/kubernetes/manifests")


KEPT = 4  # golden hosts: the usual one and those of the variants that were made last


def make(places: Places, components: Mapping[str, Component], programs: Mapping[str, Path], progress: Progress) -> Path:
    """Give the golden subvolume, made now if anything that goes into it has changed; the disk is mounted."""
    needed = images.of(components)
    golden = places.disk / f"golden-{_key(needed, programs)}"
    if golden.exists():
        os.utime(golden)  # says when it was used last
        return golden
    host_tar = rootfs.HOST.make(places.cache, progress)
    tools_tar = rootfs.NETWORK_TOOLS.make(places.cache, progress)
    partial = places.disk / "golden.partial"
    if partial.exists():
        processes.kill(partial)
        btrfs.delete(partial, places.disk)
    btrfs.create(partial)
    with progress.stage("golden host: root filesystem, programs and configuration"):
        run(["tar", "-x", "--numeric-owner", "--xattrs", f"--file={host_tar}", f"--directory={partial}"])
        _install(partial, programs, components["cni"])
        _configure(partial)
    to = "its registry" if registry.NAME in programs else "its containerd"
    with progress.stage(f"golden host: {len(needed)} images into {to}"):
        _take_images(partial, needed, programs, tools_tar)
    btrfs.sync(partial)
    os.utime(partial)
    partial.rename(golden)
    for stale in stale_ones(places.disk.glob("golden-*")):
        btrfs.delete(stale, places.disk)
    return golden


def stale_ones(golden: Iterable[Path]) -> list[Path]:
    """Those that were used longest ago, beyond the number that is kept."""
    return sorted(golden, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]


def _key(needed: tuple[Image, ...], programs: Mapping[str, Path]) -> str:
    builds = sorted(folder.name for folder in programs.values())  # a build's folder is named by its key
    roots = (rootfs.HOST.key, rootfs.NETWORK_TOOLS.key)
    recipe = (roots, builds, needed, ON_HOSTS, ENABLED, DISABLED, MASKED, FOLDERS)
    digest = hashlib.sha256(repr(recipe).encode())
    for folder in (HOST_FILES, registry.HOST_FILES) if registry.NAME in programs else (HOST_FILES,):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)} {path.stat().st_mode & 0o100}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _install(root: Path, programs: Mapping[str, Path], cni: Component) -> None:
    for place, commands in ON_HOSTS.items():
        _copy(commands, programs[place], root / "usr" / "bin")
    _copy(cni.commands, programs["cni"], root / "opt" / "cni" / "bin")
    run(["cp", "--recursive", "--no-preserve=ownership", f"{HOST_FILES}/.", root])


def _copy(commands: Iterable[str], source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for command in commands:
        shutil.copy(source / command, target / command)


def _configure(root: Path) -> None:
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc" / "sudoers.d" / "operator").chmod(0o440)
    for key in (root / "etc" / "ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc" / "nginx" / "sites-enabled" / "default").unlink()
    # Debian has a group of that name
    run(["chroot", root, "useradd", "--gid", "operator", "--create-home", "--shell", "/bin/bash", "operator"])
    for verb, units in (("enable", ENABLED), ("disable", DISABLED), ("mask", MASKED)):
        run(["systemctl", f"--root={root}", "--quiet", verb, *units])


def _take_images(root: Path, needed: tuple[Image, ...], programs: Mapping[str, Path], tools_tar: Path) -> None:
    folder = root / "var" / "tmp" / "images"
    folder.mkdir()
    for number, image in enumerate(needed):
        own = [programs[place] / command for command, place in image.programs.items()]
        layer = images.write_layer(own, folder / "layer")
        layers = [tools_tar, layer] if image.on_network_tools else [layer]
        if registry.NAME in programs:
            registry.store(image, layers, root)
        else:
            images.write_archive(image, layers, folder / f"{number}.tar")
        layer.unlink()
    if registry.NAME in programs:
        registry.install(programs[registry.NAME], root)
    else:
        _import_images(root)
    shutil.rmtree(folder)


def _import_images(root: Path) -> None:
    """Let the host's own containerd import them, in a container that shares nothing with the machine."""
    nspawn = ["systemd-nspawn", "--quiet", f"--directory={root}", "--as-pid2", "--register=no", "--keep-unit"]
    nspawn += ["--private-network", "--capability=all", "--resolv-conf=off", "--timezone=off", "--pipe"]
    run(
        [*nspawn, "/usr/local/sbin/import-images"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_SECCOMP": "0"},
        timeout=600,
    )
