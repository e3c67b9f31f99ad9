"""Fixtures over real sshds on loopback addresses."""

import getpass
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.inventory_models import Jump, Ssh
from nodes.session import Session
from tests.nodes.real_sshd import SSHD, Sshd, free_port, keypair, node


@pytest.fixture(scope="session")
def user_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not Path(SSHD).exists():
        pytest.skip(f"no {SSHD}: install openssh-server (its service need not run)")
    if os.geteuid() == 0:  # sshd run by root wants this folder, which its service's unit makes
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return keypair(tmp_path_factory.mktemp("operator") / "id_ed25519")


@pytest.fixture
def sshd(tmp_path: Path, user_key: Path) -> Iterator[Callable[..., Sshd]]:
    """Starts an sshd: `sshd(name, address, *configuration lines)`. All of them listen on one port."""
    port, started = free_port(), list[Sshd]()

    def start(name: str = "wudang", address: str = "127.0.0.1", *lines: str) -> Sshd:
        started.append(Sshd(tmp_path / name, address, port, user_key, *lines))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def ssh(tmp_path: Path, user_key: Path) -> Callable[..., Ssh]:
    """The `ssh:` part of an inventory that knows these servers' host keys."""

    def make(
        *servers: Sshd,
        key: Path | None = user_key,
        port: int | None = None,
        sudo: bool = False,
        jump: Jump | None = None,
    ) -> Ssh:
        known = tmp_path / "known_hosts"
        known.write_text("".join(server.known_hosts_line() for server in servers))
        return Ssh(
            user=getpass.getuser(),
            key=key,
            known_hosts=known,
            port=port or servers[0].port,
            sudo=sudo,
            jump=jump,
        )

    return make


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory, user_key: Path) -> Iterator[Sshd]:
    """One sshd for all tests that leave it as it is; a session that a test breaks is that test's own."""
    server = Sshd(tmp_path_factory.mktemp("lasting") / "wudang", "127.0.0.1", free_port(), user_key)
    yield server
    server.stop()


@pytest.fixture
def session(lasting: Sshd, ssh: Callable[..., Ssh]) -> Iterator[Session]:
    opened = Session(node("wudang"), ssh(lasting))
    yield opened
    opened.close()
