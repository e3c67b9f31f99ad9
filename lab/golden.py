"""The golden host: everything installed and every image imported. Hosts are snapshots of it."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab import btrfs, images, processes, rootfs
from lab.command import run
from lab.components import BY_NAME
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


def make(places: Places, programs: Mapping[str, Path], progress: Progress) -> Path:
    """Give the golden subvolume, made now if anything that goes into it has changed; the disk is mounted."""
    golden = places.disk / f"golden-{_key(programs)}"
    if golden.exists():
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
        _install(partial, programs)
        _configure(partial)
    with progress.stage(f"golden host: importing {len(images.ALL)} images"):
        _import_images(partial, programs, tools_tar)
    btrfs.sync(partial)
    partial.rename(golden)
    for stale in places.disk.glob("golden-*"):
        if stale != golden:
            btrfs.delete(stale, places.disk)
    return golden


def _key(programs: Mapping[str, Path]) -> str:
    builds = sorted(folder.name for folder in programs.values())  # a build's folder is named by its key
    roots = (rootfs.HOST.key, rootfs.NETWORK_TOOLS.key)
    recipe = (roots, builds, images.ALL, ON_HOSTS, ENABLED, DISABLED, MASKED, FOLDERS)
    digest = hashlib.sha256(repr(recipe).encode())
    for path in sorted(path for path in HOST_FILES.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(HOST_FILES)} {path.stat().st_mode & 0o100}".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _install(root: Path, programs: Mapping[str, Path]) -> None:
    for component, commands in ON_HOSTS.items():
        _copy(commands, programs[component], root / "usr" / "bin")
    _copy(BY_NAME["cni"].commands, programs["cni"], root / "opt" / "cni" / "bin")
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


def _import_images(root: Path, programs: Mapping[str, Path], tools_tar: Path) -> None:
    """Let the host's own containerd import them, in a container that shares nothing with the machine."""
    folder = root / "var" / "tmp" / "images"
    folder.mkdir()
    for number, image in enumerate(images.ALL):
        own = [programs[component] / command for command, component in image.programs.items()]
        layer = images.write_layer(own, folder / "layer")
        layers = [tools_tar, layer] if image.on_network_tools else [layer]
        images.write_archive(image, layers, folder / f"{number}.tar")
        layer.unlink()
    nspawn = ["systemd-nspawn", "--quiet", f"--directory={root}", "--as-pid2", "--register=no", "--keep-unit"]
    nspawn += ["--private-network", "--capability=all", "--resolv-conf=off", "--timezone=off", "--pipe"]
    run(
        [*nspawn, "/usr/local/sbin/import-images"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_SECCOMP": "0"},
        timeout=600,
    )
    shutil.rmtree(folder)
