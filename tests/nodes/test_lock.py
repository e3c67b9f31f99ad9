"""The lock, over real sshds: who holds it, and when it is free again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes import lock
from nodes.inventory import Ssh
from nodes.lock import Lock, LockHeld, LockLost
from nodes.session import ConnectionLost, Session
from tests.nodes.real_sshd import Sshd, node, wait_for


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lock file, where two runs of these tests do not meet."""
    monkeypatch.setattr(lock, "PATH", str(tmp_path / "lock"))
    return tmp_path / "lock"


@pytest.fixture
def sessions(lasting: Sshd, ssh: Callable[..., Ssh]) -> Iterator[Callable[[], Session]]:
    """Makes sessions, each its own connection to one host, as different operators have them."""
    settings = ssh(lasting)
    opened: list[Session] = []

    def another() -> Session:
        opened.append(Session(node("shaolin"), settings))
        return opened[-1]

    yield another
    for session in opened:
        session.close()


@pytest.fixture
def two(sessions: Callable[[], Session]) -> tuple[Session, Session]:
    return sessions(), sessions()


def is_free(path: Path) -> bool:
    return subprocess.run(["flock", "-n", str(path), "true"], check=False).returncode == 0  # noqa: S603, S607


def child(session: Session) -> int:
    return int(session.check("echo $PPID"))


def test_it_is_held_until_it_is_released(sessions: Callable[[], Session], path: Path) -> None:
    held = Lock.take(sessions(), "alice")
    assert held.still_held()
    assert not is_free(path)
    held.ensure()
    held.release()
    assert not held.still_held()
    assert is_free(path)
    assert path.read_text() == ""


def test_the_file_says_who_from_where_and_since_when(sessions: Callable[[], Session], path: Path) -> None:
    held = Lock.take(sessions(), 'alice "the" $(operator) & co/1')
    text = path.read_text()
    for part in ('alice \\"the\\" $(operator) & co/1', os.uname().nodename, f"pid {os.getpid()}", "T"):
        assert part in text
    assert "@SINCE@" not in text
    held.release()


def test_a_second_operator_is_told_who_holds_it(two: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_WAIT_SECONDS", 0.3)
    held = Lock.take(two[0], "alice")
    with pytest.raises(LockHeld, match=r"^alice is running this since \d{4}-\d\d-\d\dT[\d:]{8}Z from ") as error:
        Lock.take(two[1], "bob")
    assert f"from {os.uname().nodename} (pid {os.getpid()})" in str(error.value)
    assert error.value.holder.who == "alice"
    held.release()
    again = Lock.take(two[1], "bob")
    assert again.still_held()
    again.release()


def test_a_holder_that_has_not_said_who_it_is(
    sessions: Callable[[], Session], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_WAIT_SECONDS", 0.3)
    holder = subprocess.Popen(["flock", str(path), "sleep", "20"])  # noqa: S603, S607
    wait_for(lambda: path.exists() and not is_free(path))
    with pytest.raises(LockHeld, match=r"^somebody is running this since a moment ago from an unknown machine"):
        Lock.take(sessions(), "bob")
    holder.terminate()
    holder.wait()


def test_a_lock_that_is_about_to_be_free_is_waited_for(two: tuple[Session, Session]) -> None:
    """A run that was killed a moment ago leaves it for as long as its connection takes to close."""
    held = Lock.take(two[0], "alice")
    two[1].run("true")
    os.kill(child(two[0]), signal.SIGKILL)
    again = Lock.take(two[1], "alice")
    assert again.still_held()
    again.release()
    held.release()


def test_it_is_free_at_once_when_the_operator_is_killed(lasting: Sshd, ssh: Callable[..., Ssh], path: Path) -> None:
    settings = ssh(lasting)
    program = (
        "import sys, time\n"
        "from nodes import lock\n"
        "from nodes.inventory import Ssh\n"
        "from nodes.session import ConnectionLost, Session\n"
        "from tests.nodes.real_sshd import node\n"
        "lock.PATH = sys.argv[1]\n"
        "lock.Lock.take(Session(node('shaolin'), Ssh.model_validate_json(sys.argv[2])), 'alice')\n"
        "print('taken', flush=True)\n"
        "time.sleep(60)\n"
    )
    operator = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program, str(path), settings.model_dump_json()],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert operator.stdout
    assert operator.stdout.readline() == b"taken\n"
    assert not is_free(path)
    operator.kill()
    operator.wait()
    operator.stdout.close()
    wait_for(lambda: is_free(path), 5)


def test_it_is_free_soon_after_the_operator_has_gone_silent(
    sessions: Callable[[], Session], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stands, as it does after a cut; what is missing is heartbeats."""
    monkeypatch.setattr(lock, "HEARTBEATS_STOP", 0.5)
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 60)
    held = Lock.take(sessions(), "alice")
    assert not is_free(path)
    wait_for(lambda: is_free(path), 5)
    assert not held.still_held()
    held.release()


def test_heartbeats_keep_it(sessions: Callable[[], Session], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "HEARTBEATS_STOP", 0.5)
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 0.1)
    held = Lock.take(sessions(), "alice")
    time.sleep(1.2)
    assert not is_free(path)
    assert held.still_held()
    held.release()
    assert is_free(path)


class TestAfterALostConnection:
    def test_it_is_taken_again(self, sessions: Callable[[], Session], path: Path) -> None:
        session = sessions()
        held = Lock.take(session, "alice")
        os.kill(child(session), signal.SIGKILL)
        wait_for(lambda: is_free(path))
        assert not held.still_held()
        held.ensure()
        assert held.still_held()
        assert not is_free(path)
        assert session.generation == 1
        held.release()
        assert is_free(path)

    def test_it_is_lost_if_somebody_else_has_it_now(
        self, two: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lock, "_WAIT_SECONDS", 0.3)
        held = Lock.take(two[0], "alice")
        os.kill(child(two[0]), signal.SIGKILL)
        other = Lock.take(two[1], "bob")
        with pytest.raises(
            LockLost, match="the lock on shaolin was lost, nothing more is changed: bob is running this"
        ):
            held.ensure()
        other.release()
        held.release()

    def test_it_is_lost_if_the_host_has_gone(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        session = Session(node("shaolin"), ssh(server))
        held = Lock.take(session, "alice")
        pid = child(session)
        server.stop()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(LockLost, match=r"the lock on shaolin was lost.* cannot be reached"):
            held.ensure()
        held.release()

    def test_ones_own_former_hold_is_waited_for(
        self, sessions: Callable[[], Session], path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After a cut the host may hold it for the old connection until the heartbeats are missed."""
        monkeypatch.setattr(lock, "_WAIT_SECONDS", 0.3)
        monkeypatch.setattr(lock, "HEARTBEATS_STOP", 1.5)
        monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 60)
        session = sessions()
        held = Lock.take(session, "alice")
        monkeypatch.setattr(lock, "HEARTBEATS_STOP", 30)
        former, held._channel = held._channel, None  # as if the connection were gone for us, and not for the host
        start = time.monotonic()
        held.ensure()
        assert 0.3 < time.monotonic() - start < 8
        assert held.still_held()
        assert not is_free(path)
        assert former
        former.close()
        held.release()

    def test_somebody_who_ends_its_process_is_noticed(self, sessions: Callable[[], Session], path: Path) -> None:
        session = sessions()
        held = Lock.take(session, "alice")
        holder = int(session.check(f"fuser {path} 2>/dev/null || pgrep -f '^bash.*kubeadm-ha-lock {path}'").split()[0])
        os.kill(holder, signal.SIGKILL)
        wait_for(lambda: is_free(path))
        assert not held.still_held()
        held.ensure()
        assert held.still_held()
        held.release()


def test_a_place_that_cannot_be_written(sessions: Callable[[], Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATH", "/no/such/folder/lock")
    with pytest.raises(
        ConnectionLost, match=r"the lock /no/such/folder/lock was not taken: .*No such file or directory"
    ):
        Lock.take(sessions(), "alice")
