"""Two hosts in folders, and an authority."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.hosts import Hosts
from tests.changes.folder_host import SHELL, FolderHost, hosts, with_authority
from tests.changes.programs import Programs
from tests.formats.authorities import Authority, make_authority


@pytest.fixture(scope="session")
def as_root() -> None:
    """Who is not root and may not make a namespace cannot give a file to root."""
    if subprocess.run([*SHELL, "true"], capture_output=True).returncode:  # noqa: S603
        pytest.skip("neither root nor allowed to be it in a user namespace (kernel.unprivileged_userns_clone)")


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make_authority("kubernetes", "ECDSA-P256")


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Path]:
    """Where the hosts' folders are: in memory where there is such a place, for placing a file waits for the disk."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of a random name is made in it
    if not os.access(memory, os.W_OK | os.X_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="kubeadm-ha-tests-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def shaolin(machines: Path, authority: Authority, as_root: None) -> FolderHost:
    """The first master: it holds the cluster's CA."""
    host = FolderHost("shaolin", machines / "shaolin")
    with_authority(host, authority)
    return host


@pytest.fixture
def wudang(machines: Path, as_root: None) -> FolderHost:
    """A master to be: it has an /etc and a /var/lib, and nothing in them."""
    host = FolderHost("wudang", machines / "wudang")
    for path in ("/etc/kubernetes", "/var/lib"):
        host.at(path).mkdir(parents=True)
    return host


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    return Programs(tmp_path, monkeypatch)


@pytest.fixture
def both(shaolin: FolderHost, wudang: FolderHost) -> Hosts:
    return hosts(shaolin, wudang)
