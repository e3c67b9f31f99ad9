"""A cgroup of its own for every host, below one that is named after the lab.

This and files/host/usr/local/sbin/lab-cgroups are all that knows cgroup v1 from v2. Version 1 and the hybrid layout are
what rehearsals have run on; version 2 is written after its documentation and has not been tried.
"""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = "kubeadm-ha-lab"


def trees() -> list[Path]:
    """The top of each hierarchy: one in version 2, one a controller in version 1."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    return sorted(path for path in ROOT.iterdir() if (path / "cgroup.procs").exists() and not path.is_symlink())


def make(name: str) -> list[Path]:
    """Give the host's cgroup in every hierarchy, made where it is not there yet."""
    made = []
    for tree in trees():
        path = tree
        for part in (OWN, name):
            path = path / part
            path.mkdir(exist_ok=True)
            for setting in ("cpuset.cpus", "cpuset.mems"):  # empty in a new cgroup of version 1: nothing could run there
                file = path / setting
                if tree != ROOT and file.exists() and not file.read_text().strip():
                    file.write_text((path.parent / setting).read_text())
        made.append(path)
    return made


def remove(name: str = "") -> None:
    """Remove the host's cgroups, or all of the lab's: they are empty, since their processes are gone."""
    for tree in trees():
        top = tree / OWN / name
        if top.exists():
            inner = sorted((path for path in top.rglob("*") if path.is_dir()), key=lambda path: -len(path.parts))
            for path in (*inner, top):
                path.rmdir()
