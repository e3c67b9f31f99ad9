"""Who the hosts are to SSH: the operator's key, and a host key for each that stays the same over a reset."""

import os
import shutil
from pathlib import Path

from lab.command import run
from lab.hosts import Host, Hosts
from lab.places import Places

HOST_KEY = "ssh_host_ed25519_key"


def make(places: Places, hosts: Hosts) -> None:
    """Make the keys that are missing, and write known_hosts from the very keys that the hosts are given."""
    hosts.key.parent.mkdir(parents=True, exist_ok=True)
    if not hosts.key.exists():
        _generate(hosts.key, "lab operator")
    lines = []
    for host in hosts.all:
        key = places.identities / host.name / HOST_KEY
        if not key.exists():
            key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _generate(key, host.name)
        kind, public, *_ = key.with_suffix(".pub").read_text().split()
        lines.append(f"{host.address} {kind} {public}\n")
    hosts.known_hosts.write_text("".join(lines))
    for path in (hosts.key, hosts.key.with_suffix(".pub"), hosts.known_hosts):
        give_to_user(path)


def install(places: Places, host: Host, hosts: Hosts, root: Path) -> None:
    """Put the host's own key, and the operator's for root and for the user operator, into a root folder.

    Where root may not log in, sshd says so too, and there is no key for it.
    """
    for name in (HOST_KEY, f"{HOST_KEY}.pub"):
        shutil.copy(places.identities / host.name / name, root / "etc" / "ssh" / name)
    public = hosts.key.with_suffix(".pub").read_text()
    closed = root / "etc" / "ssh" / "sshd_config.d" / "closed.conf"  # before lab.conf: sshd takes what it reads first
    if hosts.user != "root":
        closed.write_text("PermitRootLogin no\n")
    for home in ("home/operator",) if hosts.user != "root" else ("root", "home/operator"):
        folder = root / home / ".ssh"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "authorized_keys").write_text(public)
        owner = (root / home).stat()
        for path in (folder, folder / "authorized_keys"):
            os.chown(path, owner.st_uid, owner.st_gid)


def give_to_user(path: Path) -> None:
    """The lab runs as root, by sudo: what it writes into the checkout belongs to the user who called it."""
    if "SUDO_UID" in os.environ:
        for each in (path, path.parent):
            os.chown(each, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def _generate(path: Path, comment: str) -> None:
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])
