"""Debian root filesystems as tar files, made by mmdebstrap and kept by what they were made from."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.command import run
from lab.progress import Progress

# systemd 252 is the reason: from 257 on it does not boot on cgroup v1, which rehearsal machines may have
SUITE = "bookworm"
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
HOST_PACKAGES = """
    systemd-sysv dbus openssh-server sudo
    runc nftables iptables conntrack ethtool socat iproute2 kmod procps util-linux
    nginx-light libnginx-mod-stream keepalived
    ca-certificates openssl curl iputils-ping less vim-tiny python3-minimal
"""


@dataclass(frozen=True)
class RootFilesystem:
    name: str
    variant: str
    packages: tuple[str, ...]

    @property
    def key(self) -> str:
        text = f"{SUITE} {self.variant} {' '.join(self.packages)} {LEFT_OUT}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def make(self, cache: Path, progress: Progress) -> Path:
        """Give the tar file, made now if it is not there."""
        folder = cache / "rootfs"
        tar = folder / f"{self.name}-{self.key}.tar"
        if tar.exists():
            return tar
        with progress.stage(f"making the {self.name} root filesystem: {len(self.packages)} packages and more"):
            partial = self._bootstrap(folder)
        os.sync()  # a name promises the whole content, also after a crash of the machine
        for stale in folder.glob(f"{self.name}-*.tar"):
            stale.unlink()
        return partial.rename(tar)

    def _bootstrap(self, folder: Path) -> Path:
        work = folder / f"work-{self.name}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        partial = folder / f"partial-{self.name}.tar"
        # in namespaces of its own: what it mounts and starts is gone with it, however it ends
        alone = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
        options = [f"--variant={self.variant}", f"--include={','.join(self.packages)}"]
        options += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
        # without a mirror on the command line mmdebstrap takes Debian's own, with its updates and security updates
        line = [*alone, "mmdebstrap", "--mode=root", *options, SUITE, str(partial)]
        run(line, env=os.environ | {"TMPDIR": str(work)})
        shutil.rmtree(work)
        return partial


HOST = RootFilesystem("host", "minbase", tuple(HOST_PACKAGES.split()))
NETWORK_TOOLS = RootFilesystem("network-tools", "essential", ("nftables", "iptables", "conntrack", "iproute2"))
