"""Keys of a real agent: `ssh:` without `key`."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.inventory_models import Ssh
from nodes.session import ConnectionLost, Session
from tests.nodes.real_sshd import Sshd, keypair, node


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent without keys, and a home folder without any."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(tmp_path / "agent")], stdout=subprocess.DEVNULL)  # noqa: S603, S607
    while not (tmp_path / "agent").exists():
        assert running.poll() is None
    yield
    running.terminate()
    running.wait(10)


def add(key: Path) -> None:
    subprocess.run(["ssh-add", "-q", str(key)], check=True)  # noqa: S603, S607


@pytest.mark.usefixtures("agent")
class TestAgent:
    def test_its_key_lets_in(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], user_key: Path) -> None:
        add(user_key)
        session = Session(node("wudang"), ssh(sshd(), key=None))
        assert session.check("echo in") == "in\n"
        session.close()

    def test_none_of_its_keys_fits(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], tmp_path: Path) -> None:
        add(keypair(tmp_path / "other"))
        with pytest.raises(ConnectionLost, match=r"with no key of the agent or of ~/\.ssh: add one of them"):
            Session(node("wudang"), ssh(sshd(), key=None)).run("true")

    def test_it_has_more_keys_than_sshd_has_patience(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], tmp_path: Path, user_key: Path
    ) -> None:
        for number in range(7):
            add(keypair(tmp_path / f"other{number}"))
        add(user_key)
        with pytest.raises(ConnectionLost, match=r"write `ssh: \{key: …\}` in nodes.yaml"):
            Session(node("wudang"), ssh(sshd(), key=None)).run("true")
