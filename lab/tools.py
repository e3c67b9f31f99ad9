"""The machine's own programs that the lab uses: installed where that can be done, else named."""

import os
import shutil
from pathlib import Path

from lab.command import CommandFailed, run
from lab.progress import Progress
from lab.refusals import Refusal

TOOLS = {  # program -> Debian's package
    "ip": "iproute2",
    "sysctl": "procps",
    "unshare": "util-linux",
    "findmnt": "util-linux",
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "systemctl": "systemd",
    "mkfs.btrfs": "btrfs-progs",
    "btrfs": "btrfs-progs",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")  # Ubuntu has it in a package of its own


def install_missing(progress: Progress) -> None:
    """Install what is missing with apt-get; raises Refusal where that is not to be had or fails."""
    packages = {package for tool, package in TOOLS.items() if not shutil.which(tool)}
    if not KEYRING.exists():
        packages.add("debian-archive-keyring")
    if not packages:
        return
    names = ", ".join(sorted(packages))
    if not shutil.which("apt-get"):
        raise Refusal(f"missing here, and without apt-get the lab cannot install them: {names} (Debian's names)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *sorted(packages)]
    with progress.stage(f"installing {names}"):
        try:
            run(["apt-get", "update", "--quiet=2"], env=environment)
            run(install, env=environment)
        except CommandFailed as error:
            raise Refusal(f"could not install {names}: do it by hand, then try again\n{error}") from error
