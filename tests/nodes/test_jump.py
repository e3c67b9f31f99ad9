"""Through a jump host: two real sshds, of which only one is connected to directly."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nodes import connecting
from nodes.fleet import Fleet
from nodes.inventory_models import Jump, Ssh
from nodes.jump import JumpHost
from nodes.session import ConnectionLost, Session
from tests.nodes.real_sshd import Sshd, free_port, keypair, node, wait_for
from tests.nodes.test_fleet import ADDRESSES, inventory

Start = Callable[..., Sshd]
Settings = Callable[..., Ssh]


@pytest.fixture
def bastion(tmp_path: Path, user_key: Path) -> Iterator[Sshd]:
    """On a port of its own. What it forwards comes from its own address, which the node's log shows."""
    server = Sshd(tmp_path / "bastion", "127.0.0.9", free_port(), user_key, "LogLevel VERBOSE")
    yield server
    server.stop()


@pytest.fixture
def through(bastion: Sshd, ssh: Settings) -> Settings:
    def make(*servers: Sshd, known: tuple[Sshd, ...] | None = None) -> Ssh:
        jump = Jump(host=bastion.address, port=bastion.port)
        return ssh(*(known if known is not None else (*servers, bastion)), port=servers[0].port, jump=jump)

    return make


@pytest.fixture
def session(sshd: Start, through: Settings) -> Iterator[Session]:
    settings = through(sshd())
    jump = JumpHost(settings)
    opened = Session(node("wudang"), settings, jump)
    yield opened
    opened.close()
    jump.close()


def logins(server: Sshd) -> int:
    return server.log().count("Accepted publickey")


def served_by(server: Sshd) -> list[int]:
    """The processes of the connections that this sshd has open."""
    assert server.process is not None
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_commands_and_connections_go_through_it(session: Session, bastion: Sshd) -> None:
    assert session.check("echo through") == "through\n"
    assert session.check("cat", stdin=bytes(3_000_000)) == "\0" * 3_000_000
    with socket.create_server(("127.0.0.1", 0)) as listening:
        channel = session.dial("127.0.0.1", listening.getsockname()[1])
        with listening.accept()[0] as accepted:
            accepted.sendall(b"from the node")
        assert channel.recv(100) == b"from the node"
        channel.close()
    assert logins(bastion) == 1


def test_all_nodes_share_one_connection_to_it(sshd: Start, through: Settings, bastion: Sshd) -> None:
    """sshd drops some of many connections that begin at one time (MaxStartups)."""
    servers = [sshd(name, address) for name, address in ADDRESSES.items()]
    fleet = Fleet.open(inventory(through(*servers)))
    assert not fleet.problems or os.geteuid() != 0
    assert logins(bastion) == 1
    fleet.close()
    wait_for(lambda: not served_by(bastion))


def test_its_own_host_key_is_held_to_the_same_file(sshd: Start, through: Settings, bastion: Sshd) -> None:
    server = sshd()
    settings = through(server, known=(server,))
    with pytest.raises(ConnectionLost) as error:
        Session(node("wudang"), settings, JumpHost(settings)).run("true")
    told = str(error.value)
    assert told.startswith(f"wudang: the jump host {settings.user}@127.0.0.9: its host key is unknown: ")
    assert f"`ssh-keyscan -p {bastion.port} -t ed25519 127.0.0.9 >> " in told
    assert bastion.fingerprint() in told
    assert logins(bastion) == 0


def test_a_nodes_unknown_key_is_scanned_from_the_jump_host(sshd: Start, through: Settings, bastion: Sshd) -> None:
    """From here nobody reaches the node."""
    server = sshd()
    settings = through(server, known=(bastion,))
    with pytest.raises(ConnectionLost) as error:
        Session(node("wudang"), settings, JumpHost(settings)).run("true")
    told = str(error.value)
    assert told.startswith("wudang: its host key is unknown: ")
    assert (
        f"`ssh -p {bastion.port} {settings.user}@127.0.0.9 ssh-keyscan -p {server.port} -t ed25519 127.0.0.1 >> "
        in told
    )


def test_a_changed_key_of_it_is_a_changed_key(sshd: Start, through: Settings, bastion: Sshd) -> None:
    settings = through(sshd())
    former = keypair(bastion.folder / "former")
    settings.known_hosts.write_text(bastion.known_hosts_line(former))
    with pytest.raises(ConnectionLost, match=r"the jump host .*: its host key has CHANGED"):
        Session(node("wudang"), settings, JumpHost(settings)).run("true")


def test_one_that_is_gone_costs_all_nodes_one_wait_and_is_told_as_its_own(
    sshd: Start, through: Settings, bastion: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = [sshd(name, address) for name, address in ADDRESSES.items()]
    settings = through(*servers)
    bastion.stop()
    monkeypatch.setattr(connecting, "TCP_SECONDS", 0.5)
    with socket.socket() as silent:  # a queue that is full: nothing is refused, nothing is answered
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind((bastion.address, bastion.port))
        silent.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex((bastion.address, bastion.port))
        start = time.monotonic()
        fleet = Fleet.open(inventory(settings))
        assert time.monotonic() - start < 1.5
        for one in waiting:
            one.close()
    assert {problem.reason.partition(" did not")[0] for problem in fleet.problems.values()} == {
        f"the jump host {settings.user}@127.0.0.9: 127.0.0.9 port {bastion.port}"
    }
    assert set(fleet.problems) == set(ADDRESSES)


def test_a_node_that_it_does_not_reach(sshd: Start, through: Settings) -> None:
    server = sshd()
    settings = through(server)
    server.stop()
    with pytest.raises(ConnectionLost, match=r"^wudang: the jump host .* could not connect to 127.0.0.1 port \d+"):
        Session(node("wudang"), settings, JumpHost(settings)).run("true")


def test_one_that_forwards_nothing(sshd: Start, ssh: Settings, tmp_path: Path, user_key: Path) -> None:
    port = free_port()
    closed = Sshd(tmp_path / "closed", "127.0.0.9", port, user_key, "AllowTcpForwarding no")
    server = sshd()
    settings = ssh(server, closed, port=server.port, jump=Jump(host="127.0.0.9", port=port))
    with pytest.raises(ConnectionLost, match="its sshd forbids it"):
        Session(node("wudang"), settings, JumpHost(settings)).run("true")
    closed.stop()


def test_lost_it_is_opened_again_and_nothing_runs_twice(session: Session, bastion: Sshd, tmp_path: Path) -> None:
    session.check("true")
    (serving,) = served_by(bastion)
    cut = threading.Timer(0.5, os.kill, (serving, signal.SIGKILL))
    cut.start()
    with pytest.raises(ConnectionLost, match="was running when the SSH connection was lost"):
        session.run(f"echo once >> {tmp_path}/ran; sleep 5")
    assert session.check(f"cat {tmp_path}/ran") == "once\n"
    assert (session.generation, logins(bastion)) == (1, 2)


def test_a_node_that_falls_silent_behind_it_is_noticed(
    session: Session, sshd: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host is gone, and the jump host's kernel would say so in a quarter of an hour."""
    monkeypatch.setattr(connecting, "KEEPALIVE_SECONDS", 0.2)
    monkeypatch.setattr(connecting, "UNANSWERED_SECONDS", 0.5)
    child = int(session.check("echo $PPID"))
    os.kill(child, signal.SIGSTOP)
    try:
        start = time.monotonic()
        wait_for(lambda: not session._client.get_transport().is_active())  # type: ignore[union-attr]
        assert time.monotonic() - start < 3
        assert session.check("echo again") == "again\n"
        assert session.generation == 1
    finally:
        os.kill(child, signal.SIGCONT)


def test_a_connection_that_is_answered_stays(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "KEEPALIVE_SECONDS", 0.1)
    monkeypatch.setattr(connecting, "UNANSWERED_SECONDS", 0.5)
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda n: session.check(f"sleep 1.5; echo {n}"), range(6)))
    assert answers == [f"{n}\n" for n in range(6)]
    assert session.generation == 0
