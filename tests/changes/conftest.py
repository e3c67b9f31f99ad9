"""Two hosts in folders, and an authority."""

import subprocess
from pathlib import Path

import pytest

from nodes.hosts import Hosts
from tests.changes.folder_host import SHELL, FolderHost, hosts, with_authority
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
def shaolin(tmp_path: Path, authority: Authority, as_root: None) -> FolderHost:
    """The first master: it holds the cluster's CA."""
    host = FolderHost("shaolin", tmp_path / "shaolin")
    with_authority(host, authority)
    return host


@pytest.fixture
def wudang(tmp_path: Path, as_root: None) -> FolderHost:
    """A master to be: it has an /etc and a /var/lib, and nothing in them."""
    host = FolderHost("wudang", tmp_path / "wudang")
    for path in ("/etc/kubernetes", "/var/lib"):
        host.at(path).mkdir(parents=True)
    return host


@pytest.fixture
def both(shaolin: FolderHost, wudang: FolderHost) -> Hosts:
    return hosts(shaolin, wudang)
