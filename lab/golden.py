"""The golden host: a root filesystem with everything installed and every image imported, of which hosts are snapshots."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from lab import btrfs, images, rootfs
from lab.command import run
from lab.components import BY_NAME
from lab.places import FILES, Places
from lab.progress import Progress

HOST_FILES = FILES / "host"  # laid out as on a host
ON_HOSTS = {  # command -> component
    "kubeadm": "kubernetes", "kubelet": "kubernetes", "kubectl": "kubernetes",
    "etcdctl": "etcd", "etcdutl": "etcd",
    "containerd": "containerd", "containerd-shim-runc-v2": "containerd", "ctr": "containerd",
}  # fmt: skip
ENABLED = ("containerd.service", "kubelet.service", "lab-cgroups.service", "ssh.service")
DISABLED = ("nginx.service", "keepalived.service", "nftables.service", "e2scrub_reap.service")
MASKED = (  # systemd-sysctl would change the whole machine, and the rest waits for consoles and disks that are not there
    "systemd-sysctl.service", "console-getty.service", "getty.target", "apt-daily.timer", "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer", "fstrim.timer", "e2scrub_all.timer", "systemd-firstboot.service", "systemd-logind.service",
)  # fmt: skip


def make(places: Places, programs: Mapping[str, Path], progress: Progress) -> Path:
    """Give the golden subvolume, made now if anything that goes into it has changed; the disk is mounted."""
    golden = places.disk / f"golden-{_key(programs)}"
    if golden.exists():
        return golden
    host_tar = rootfs.HOST.make(places.cache, progress)
    tools_tar = rootfs.NETWORK_TOOLS.make(places.cache, progress)
    partial = places.disk / "golden.partial"
    if partial.exists():
        btrfs.delete(partial, places.disk)
    btrfs.create(partial)
    with progress.stage("golden host: root filesystem, programs and configuration"):
        run(["tar", "--extract", "--numeric-owner", "--xattrs", "--file", host_tar, "--directory", partial])
        _install(partial, programs)
        _configure(partial)
    with progress.stage(f"golden host: importing {len(images.ALL)} images"):
        _import_images(partial, programs, tools_tar)
    partial.rename(golden)
    for stale in places.disk.glob("golden-*"):
        if stale != golden:
            btrfs.delete(stale, places.disk)
    return golden


def _key(programs: Mapping[str, Path]) -> str:
    digest = hashlib.sha256(f"{rootfs.HOST.key} {rootfs.NETWORK_TOOLS.key} {images.ALL}".encode())
    digest.update(f"{ON_HOSTS} {ENABLED} {DISABLED} {MASKED}".encode())
    for name in sorted(programs):
        digest.update(programs[name].name.encode())  # a build's folder is named by its key
    for path in sorted(FILES.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(FILES)} {path.stat().st_mode & 0o111}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _install(root: Path, programs: Mapping[str, Path]) -> None:
    for command, component in ON_HOSTS.items():
        shutil.copy(programs[component] / command, root / "usr" / "bin" / command)
    plugins = root / "opt" / "cni" / "bin"
    plugins.mkdir(parents=True)
    for command in BY_NAME["cni"].commands:
        shutil.copy(programs["cni"] / command, plugins / command)
    run(["cp", "--recursive", "--no-preserve=ownership", f"{HOST_FILES}/.", root])


def _configure(root: Path) -> None:
    # systemd would make these as subvolumes of their own, which stand in the way when a host is deleted
    for folder in ("var/lib/machines", "var/lib/portables", "var/log/journal", "root/.ssh", "etc/kubernetes/manifests"):
        (root / folder).mkdir(parents=True, exist_ok=True, mode=0o700 if folder == "root/.ssh" else 0o755)
    (root / "etc" / "sudoers.d" / "operator").chmod(0o440)
    for key in (root / "etc" / "ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc" / "nginx" / "sites-enabled" / "default").unlink(missing_ok=True)
    run(["chroot", root, "useradd", "--gid", "operator", "--create-home", "--shell", "/bin/bash", "operator"])
    for verb, units in (("enable", ENABLED), ("disable", DISABLED), ("mask", MASKED)):
        run(["systemctl", f"--root={root}", "--quiet", verb, *units])


def _import_images(root: Path, programs: Mapping[str, Path], tools_tar: Path) -> None:
    """Let the host's own containerd import them, in a container that shares nothing but the root filesystem."""
    folder = root / "var" / "tmp" / "images"
    folder.mkdir()
    for number, image in enumerate(images.ALL):
        own = images.layer_of([programs[part] / command for command, part in image.programs.items()], folder / "own")
        images.write_archive(image, [tools_tar, own] if image.on_network_tools else [own], folder / f"{number}.tar")
        own.unlink()
    run([
        "systemd-nspawn", "--quiet", f"--directory={root}", "--as-pid2", "--register=no", "--keep-unit", "--private-network",
        "--capability=all", "--resolv-conf=off", "--timezone=off", "--pipe", "/usr/local/sbin/import-images",
    ], env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_SECCOMP": "0"}, timeout=600)  # fmt: skip
    shutil.rmtree(folder)
