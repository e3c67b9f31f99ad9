"""A cgroup of its own for every host, below one that is named after the lab.

This and files/host/usr/local/sbin/lab-cgroups are all that knows cgroup v1 from v2. Version 1 and the hybrid
layout are what rehearsals have run on; version 2 is written after its documentation and has not been tried.
"""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = "kubeadm-ha-lab"
NEVER_EMPTY = (
    "cpuset.cpus",
    "cpuset.mems",
)  # in a new cgroup of version 1 they are, and nothing can run there

# the hosts are machines, and all of them together would weigh no more than one login of this machine does:
# beside a build on two cores, clients of theirs waited five seconds for an answer
WEIGHT = {"cpu.shares": "10240", "cpu.weight": "1000"}  # version 1, version 2: ten times what a group has by itself


def is_v2() -> bool:
    return (ROOT / "cgroup.controllers").exists()


def trees() -> list[Path]:
    """The top of each hierarchy: the only one in version 2, one a controller in version 1."""
    if is_v2():
        return [ROOT]
    return sorted(path for path in ROOT.iterdir() if not path.is_symlink() and (path / "cgroup.procs").exists())


def make(host: str) -> list[Path]:
    """Give the host's cgroup in every hierarchy, made where it is not there yet."""
    return [_child(_weighed(_child(tree, OWN)), host) for tree in trees()]


def _weighed(path: Path) -> Path:
    for setting, value in WEIGHT.items():
        if (path / setting).exists():
            (path / setting).write_text(value)
    return path


def _child(parent: Path, name: str) -> Path:
    path = parent / name
    path.mkdir(exist_ok=True)
    if is_v2():
        for controller in (parent / "cgroup.controllers").read_text().split():
            (parent / "cgroup.subtree_control").write_text(f"+{controller}")
        return path
    for setting in NEVER_EMPTY:
        file = path / setting
        if file.exists() and not file.read_text().strip():
            file.write_text((parent / setting).read_text())
    return path


def remove(host: str = "") -> None:
    """Remove the host's cgroups, or all of the lab's; their processes are gone, so they are empty."""
    for tree in trees():
        top = tree / OWN / host
        if top.exists():
            below = [path for path in top.rglob("*") if path.is_dir()]
            for path in (*sorted(below, key=lambda path: -len(path.parts)), top):
                path.rmdir()
