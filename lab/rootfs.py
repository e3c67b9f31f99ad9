"""Debian root filesystems as tar files, made by mmdebstrap and kept by what they were made from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lab.command import run
from lab.progress import Progress

# systemd 252 is the reason for bookworm: from 257 on systemd does not boot on cgroup v1, which rehearsal machines may have.
SUITE = "bookworm"
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")


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
        tar = cache / "rootfs" / f"{self.name}-{self.key}.tar"
        if tar.exists():
            return tar
        tar.parent.mkdir(parents=True, exist_ok=True)
        partial = tar.with_name(f"partial-{tar.name}")
        with progress.stage(f"making the {self.name} root filesystem: {len(self.packages)} packages and what they need"):
            run([
                "mmdebstrap", "--quiet", "--mode=root", f"--variant={self.variant}", f"--include={','.join(self.packages)}",
                *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
                SUITE, partial, *sources,
            ])  # fmt: skip
        partial.rename(tar)
        for stale in tar.parent.glob(f"{self.name}-*.tar"):
            if stale != tar:
                stale.unlink()
        return tar


HOST = RootFilesystem(
    "host",
    "minbase",
    (
        "systemd-sysv", "dbus", "openssh-server", "sudo", "runc", "nftables", "iptables", "conntrack", "ethtool", "socat",
        "iproute2", "iputils-ping", "kmod", "procps", "util-linux", "ca-certificates", "openssl", "nginx-light",
        "libnginx-mod-stream", "keepalived", "python3-minimal", "curl", "less", "vim-tiny",
    ),
)  # fmt: skip
NETWORK_TOOLS = RootFilesystem("network-tools", "essential", ("nftables", "iptables", "conntrack", "iproute2"))
