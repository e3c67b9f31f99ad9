"""Sessions over a real sshd: what arrives, what is refused, and what happens when the connection goes."""

import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_EOF

from nodes.inventory import Ssh
from nodes.secret import Secret
from nodes.session import CommandFailed, ConnectionLost, DeadlinePassed, DialFailed, Session, _closed_after
from tests.nodes.real_sshd import Sshd, keypair, node, wait_for

MEGABYTE = 1_000_000


def sshd_child(session: Session) -> int:
    """The pid of the sshd process that serves this session's connection."""
    return int(session.check("echo $PPID"))


class TestCommands:
    def test_the_result_has_everything(self, session: Session) -> None:
        result = session.run("echo out; echo err >&2; exit 3")
        assert (result.host, result.command) == ("wudang", "echo out; echo err >&2; exit 3")
        assert (result.status, result.stdout, result.stderr) == (3, "out\n", "err\n")

    def test_messages_are_not_translated(self, session: Session) -> None:
        assert session.check('echo "$LC_ALL"') == "C\n"

    def test_several_lines_run_as_they_are(self, session: Session) -> None:
        assert (
            session.check("set -e\ncat <<X\na 'b' $((1 + 1))\nX\nfor i in 1 2; do\n echo $i\ndone") == "a 'b' 2\n1\n2\n"
        )

    def test_check_gives_stdout(self, session: Session) -> None:
        assert session.check("echo out; echo err >&2") == "out\n"

    def test_check_raises_with_what_was_said(self, session: Session) -> None:
        with pytest.raises(CommandFailed) as error:
            session.check("echo half; echo 'no such member' >&2; exit 5", stdin=b"what was given")
        assert str(error.value) == (
            "wudang: `echo half; echo 'no such member' >&2; exit 5` ended with status 5: no such member"
        )
        assert (error.value.status, error.value.stdout, error.value.stderr) == (
            5,
            "half\n",
            "no such member\n",
        )
        assert "what was given" not in repr(vars(error.value))

    def test_a_failure_that_says_much_is_shortened(self, session: Session) -> None:
        with pytest.raises(CommandFailed) as error:
            session.check("seq 1000 >&2; false")
        assert len(str(error.value).splitlines()) == 20
        assert str(error.value).endswith("\n1000")

    def test_much_on_both_outputs_at_once(self, session: Session) -> None:
        """More than a channel's window on either, so that whoever reads one to its end first waits for ever."""
        result = session.run(
            f"head -c {20 * MEGABYTE} /dev/zero >&2 & head -c {20 * MEGABYTE} /dev/zero; wait", deadline=60
        )
        assert (len(result.stdout), len(result.stderr)) == (20 * MEGABYTE, 20 * MEGABYTE)

    def test_much_on_stderr_before_anything_on_stdout(self, session: Session) -> None:
        result = session.run(f"head -c {20 * MEGABYTE} /dev/zero >&2; echo done", deadline=60)
        assert (result.stdout, len(result.stderr)) == ("done\n", 20 * MEGABYTE)

    def test_much_in_and_out_at_once(self, session: Session) -> None:
        given = os.urandom(5 * MEGABYTE).hex()
        assert session.check("tee /dev/stderr", stdin=given.encode(), deadline=60) == given

    def test_stdin_arrives_whole_and_ends(self, session: Session) -> None:
        assert session.check("wc -c", stdin=bytes(5 * MEGABYTE)) == f"{5 * MEGABYTE}\n"
        assert session.check("cat", stdin=b"") == ""
        assert session.check("cat") == ""

    @pytest.mark.parametrize("nothing", [None, b"", Secret(b"")], ids=["none", "empty", "empty secret"])
    def test_where_there_is_no_stdin_it_has_ended(self, session: Session, nothing: bytes | Secret | None) -> None:
        assert session.run("wc -c", stdin=nothing, deadline=5).stdout.strip() == "0"

    def test_a_secret_arrives_as_its_bytes(self, session: Session) -> None:
        assert session.check("sha256sum", stdin=Secret(b"key\0")) == session.check(r"printf 'key\0' | sha256sum")

    def test_stdin_that_nobody_reads_is_no_failure(self, session: Session) -> None:
        assert session.run("exit 4", stdin=bytes(5 * MEGABYTE)).status == 4

    def test_bytes_that_are_no_text_are_not_lost(self, session: Session) -> None:
        out = session.check(r"printf 'caf\351 \303\251'")
        assert out == "caf\udce9 é"
        assert out.encode("utf-8", "surrogateescape") == b"caf\xe9 \xc3\xa9"

    def test_what_a_failure_says_can_be_printed(self, session: Session) -> None:
        with pytest.raises(CommandFailed) as error:
            session.check(r"printf 'caf\351' >&2; false")
        assert str(error.value).encode().endswith(rb"caf\udce9")

    def test_from_several_threads_at_once(self, session: Session) -> None:
        """Each has its own answer, over one connection. A thread that fails fails the test with its own words."""

        def ask(number: int) -> tuple[str, str]:
            result = session.run(f"sleep 0.1; echo {number}; echo not {number} >&2", deadline=120)
            return result.stdout, result.stderr

        with ThreadPoolExecutor(max_workers=20) as pool:
            answers = list(pool.map(ask, range(20)))
        assert answers == [(f"{number}\n", f"not {number}\n") for number in range(20)]
        assert session.generation == 0


class TestSecrets:
    def test_a_file_is_read_unseen(self, session: Session, sshd_folder: str) -> None:
        session.check(f"printf 'k\\000\\351y' > {sshd_folder}/key")
        secret = session.read_secret(f"{sshd_folder}/key")
        assert secret == Secret(b"k\0\xe9y")
        assert repr(secret) == "Secret(…)"

    def test_a_name_is_no_command(self, session: Session, sshd_folder: str) -> None:
        session.check(f"printf x > '{sshd_folder}/a b; echo c'")
        assert session.read_secret(f"{sshd_folder}/a b; echo c") == Secret(b"x")

    def test_a_file_that_is_not_there(self, session: Session) -> None:
        with pytest.raises(CommandFailed, match="No such file or directory"):
            session.read_secret("/no/such/key")

    def test_what_a_command_prints_is_not_shown_when_it_fails_either(self, session: Session) -> None:
        assert session.secret_of("printf token") == Secret(b"token")
        with pytest.raises(CommandFailed, match="no such thing") as failed:
            session.secret_of("echo abcdef; echo no such thing >&2; exit 3")
        assert "abcdef" not in f"{failed.value}{failed.value.stdout}".replace("echo abcdef", "")


@pytest.fixture
def sshd_folder(tmp_path: object) -> str:
    return str(tmp_path)


class TestDeadlines:
    def test_a_command_that_does_not_end(self, session: Session) -> None:
        start = time.monotonic()
        with pytest.raises(DeadlinePassed) as error:
            session.run("echo begun; sleep 3", deadline=0.3)
        assert time.monotonic() - start < 2
        assert str(error.value) == ("wudang: `echo begun; sleep 3` did not end in 0.3 s; it may still be running there")
        assert session.check("echo next") == "next\n"
        assert session.generation == 0

    def test_a_command_that_prints_without_end(self, session: Session) -> None:
        with pytest.raises(DeadlinePassed):
            session.run("yes", deadline=0.3)

    def test_a_command_that_never_reads(self, session: Session) -> None:
        with pytest.raises(DeadlinePassed):
            session.run("sleep 3", stdin=bytes(5 * MEGABYTE), deadline=0.3)

    def test_a_child_that_holds_the_outputs_open(self, session: Session) -> None:
        with pytest.raises(DeadlinePassed):
            session.run("sleep 3 & exit 0", deadline=0.3)

    def test_an_sshd_that_has_stopped_working(self, session: Session) -> None:
        child = sshd_child(session)
        os.kill(child, signal.SIGSTOP)
        try:
            start = time.monotonic()
            with pytest.raises(ConnectionLost, match="`true` was not sent: no answer in time"):
                session.run("true", deadline=1)
            assert time.monotonic() - start < 3
        finally:
            os.kill(child, signal.SIGCONT)
        assert session.check("echo again") == "again\n"

    def test_too_many_at_once_are_not_sent(self, session: Session) -> None:
        session.run("true")
        busy = [threading.Thread(target=session.run, args=("sleep 0.8",)) for _ in range(8)]
        for thread in busy:
            thread.start()
        time.sleep(0.2)
        with pytest.raises(DeadlinePassed, match="was not sent: 8 commands are running already"):
            session.run("true", deadline=0.1)
        for thread in busy:
            thread.join()
        assert session.run("true").status == 0


def test_a_deadline_that_meets_a_connection_gone_already_is_no_second_error() -> None:
    """Closing sends a message, in the timer's own thread, where nobody would hear of what it raises."""
    raised = threading.Event()

    class Gone:
        def close(self) -> None:
            raised.set()
            raise EOFError

    with _closed_after(Gone(), 0.001) as late:  # type: ignore[arg-type]
        assert raised.wait(10)
    assert late.is_set()


class TestLostConnections:
    def test_lost_while_a_command_runs(self, session: Session, sshd_folder: str) -> None:
        child = sshd_child(session)
        threading.Timer(0.5, os.kill, (child, signal.SIGKILL)).start()
        with pytest.raises(ConnectionLost) as error:
            session.run(f"echo once >> {sshd_folder}/ran; sleep 1")
        assert "was running when the SSH connection was lost: look at what it did" in str(error.value)
        time.sleep(0.5)
        assert session.generation == 0
        assert session.check(f"cat {sshd_folder}/ran") == "once\n"
        assert session.generation == 1

    def test_not_lost_where_a_command_ends_before_it_could_read(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """sshd ends a connection in which it is told of the end of a stdin that it has closed on both sides."""
        send = paramiko.Transport._send_user_message

        def late(transport: paramiko.Transport, message: paramiko.Message) -> None:
            if message.asbytes()[:1] == cMSG_CHANNEL_EOF:
                time.sleep(0.2)
            send(transport, message)

        monkeypatch.setattr(paramiko.Transport, "_send_user_message", late)
        for _ in range(5):
            assert session.run("true").status == 0
        assert session.generation == 0

    def test_lost_before_a_command_it_is_opened_again(self, session: Session) -> None:
        os.kill(sshd_child(session), signal.SIGKILL)
        wait_for(lambda: not session._client.get_transport().is_active())  # type: ignore[union-attr]
        assert session.check("echo again") == "again\n"
        assert session.generation == 1

    def test_lost_unnoticed_it_is_opened_again_too(self, session: Session) -> None:
        """Found out by asking for a channel; nothing had been sent, so asking again is no second execution."""
        os.kill(sshd_child(session), signal.SIGKILL)
        assert session.check("echo again") == "again\n"
        assert session.generation == 1

    def test_nobody_there_any_more(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        session = Session(node("wudang"), ssh(server))
        child = sshd_child(session)
        server.stop()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(
            ConnectionLost, match=r"^wudang: 127.0.0.1 port \d+ cannot be reached \(connection refused\)"
        ):
            session.run("true")
        assert session.generation == 0
        server.start()
        assert session.check("echo back") == "back\n"
        assert session.generation == 1
        session.close()

    def test_a_command_that_a_signal_ends(self, session: Session) -> None:
        with pytest.raises(ConnectionLost, match="ended without an exit status"):
            session.run("kill -9 $$")
        assert session.check("echo next") == "next\n"
        assert session.generation == 0

    def test_an_exec_that_sshd_refuses(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        session = Session(node("wudang"), ssh(sshd("wudang", "127.0.0.1", "MaxSessions 0")))
        with pytest.raises(ConnectionLost, match="`true` was not sent: connect failed"):
            session.run("true", deadline=0.3)
        session.close()


class Greeter(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"hello " + self.request.recv(100))


class TestDial:
    @pytest.fixture
    def greeter(self) -> Iterator[int]:
        with socketserver.TCPServer(("127.0.0.1", 0), Greeter) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield server.server_address[1]
            server.shutdown()
            thread.join()

    def test_the_host_opens_the_connection(self, session: Session, greeter: int) -> None:
        channel = session.dial("127.0.0.1", greeter)
        channel.sendall(b"there")
        assert channel.recv(100) == b"hello there"
        channel.close()

    def test_a_connection_lost_before_is_opened_again(self, session: Session, greeter: int) -> None:
        os.kill(sshd_child(session), signal.SIGKILL)
        channel = session.dial("127.0.0.1", greeter)
        channel.sendall(b"again")
        assert channel.recv(100) == b"hello again"
        channel.close()
        assert session.generation == 1

    def test_nobody_listens(self, session: Session) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            with pytest.raises(
                DialFailed, match=f"^wudang could not connect to 127.0.0.1 port {port}: connection refused$"
            ):
                session.dial("127.0.0.1", port)

    def test_nobody_answers(self, session: Session) -> None:
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            queue = [socket.socket() for _ in range(4)]
            for waiting in queue:
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
            start = time.monotonic()
            with pytest.raises(DialFailed, match="no answer in time"):
                session.dial("127.0.0.1", port, timeout=0.3)
            assert time.monotonic() - start < 2
            for waiting in queue:
                waiting.close()

    def test_of_two_at_the_same_time_each_gets_its_own_answer(self, session: Session) -> None:
        def refused(_: int) -> str:
            with pytest.raises(DialFailed) as told:
                session.dial("127.0.0.1", 1)
            return str(told.value)

        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(refused, range(40)))
        assert answers == {"wudang could not connect to 127.0.0.1 port 1: connection refused"}

    def test_a_router_that_says_no(self, session: Session) -> None:
        """Or the kernel: a connection to many hosts at once is none."""
        with pytest.raises(DialFailed, match=r"port 1: (open failed|network is unreachable)$"):
            session.dial("224.0.0.1", 1)

    def test_a_server_that_says_nothing(self, session: Session) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            channel = session.dial("127.0.0.1", silent.getsockname()[1], timeout=0.3)
            with pytest.raises(TimeoutError):
                channel.recv(1)
            channel.close()

    def test_an_sshd_that_forbids_it(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        session = Session(node("wudang"), ssh(sshd("wudang", "127.0.0.1", "AllowTcpForwarding no")))
        with pytest.raises(DialFailed, match="its sshd forbids it"):
            session.dial("127.0.0.1", 22)
        session.close()


class TestHostKeys:
    def test_unknown(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        settings = ssh(server)
        settings.known_hosts.write_text("")
        known, port = settings.known_hosts, server.port
        with pytest.raises(ConnectionLost) as error:
            Session(node("wudang"), settings).run("true")
        assert str(error.value) == (
            f"wudang: its host key is unknown: {known} has no line for [127.0.0.1]:{port}, and it presents "
            f"{server.fingerprint()} (ssh-ed25519). On the host's own console run `ssh-keygen -lf "
            "/etc/ssh/ssh_host_ed25519_key.pub`; if that is the same, accept it with "
            f"`ssh-keyscan -p {port} -t ed25519 127.0.0.1 >> {known}` and look at it with "
            f"`ssh-keygen -lf {known} -F '[127.0.0.1]:{port}'`"
        )

    def test_known_for_another_port_is_unknown(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        settings = ssh(server)
        settings.known_hosts.write_text(server.known_hosts_line().replace(f"[127.0.0.1]:{server.port}", "127.0.0.1"))
        with pytest.raises(ConnectionLost, match="its host key is unknown"):
            Session(node("wudang"), settings).run("true")

    def test_the_lines_that_the_message_gives_accept_it(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]
    ) -> None:
        server = sshd()
        settings = ssh(server)
        settings.known_hosts.write_text("")
        with pytest.raises(ConnectionLost) as error:
            Session(node("wudang"), settings).run("true")
        scan, look = str(error.value).split("`")[3:6:2]
        assert os.system(f"{scan} 2>/dev/null") == 0  # noqa: S605
        assert os.system(f"{look} | grep -q {server.fingerprint()}") == 0  # noqa: S605
        session = Session(node("wudang"), settings)
        assert session.check("echo accepted") == "accepted\n"
        session.close()

    def test_changed(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        settings = ssh(server)
        former = keypair(server.folder / "former_key")
        settings.known_hosts.write_text(server.known_hosts_line(former))
        with pytest.raises(ConnectionLost) as error:
            Session(node("wudang"), settings).run("true")
        told = str(error.value)
        assert told.startswith(
            f"wudang: its host key has CHANGED: {settings.known_hosts} has {server.fingerprint(former)} "
        )
        assert f"it presents {server.fingerprint()} (ssh-ed25519)" in told
        assert "another machine answers in its place" in told
        remove, scan = told.split("`")[3:6:2]
        assert os.system(f"{remove} >/dev/null 2>&1 && {scan} 2>/dev/null") == 0  # noqa: S605
        session = Session(node("wudang"), settings)
        assert session.check("echo accepted") == "accepted\n"
        session.close()

    def test_a_key_of_another_type_is_a_changed_one(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        settings = ssh(server)
        settings.known_hosts.write_text(server.known_hosts_line(keypair(server.folder / "other", "ecdsa")))
        with pytest.raises(ConnectionLost, match="has CHANGED"):
            Session(node("wudang"), settings).run("true")

    def test_hashed_names_are_found(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        settings = ssh(sshd())
        assert os.system(f"ssh-keygen -q -H -f {settings.known_hosts} 2>/dev/null") == 0  # noqa: S605
        assert "127.0.0.1" not in settings.known_hosts.read_text()
        session = Session(node("wudang"), settings)
        assert session.check("echo found") == "found\n"
        session.close()

    def test_nothing_is_sent_to_an_unknown_host(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        """Not even the operator's key is offered."""
        server = sshd("wudang", "127.0.0.1", "LogLevel DEBUG1")
        settings = ssh(server)
        settings.known_hosts.write_text("")
        with pytest.raises(ConnectionLost):
            Session(node("wudang"), settings).run("true")
        assert "userauth-request" not in server.log()


class TestLogins:
    def test_a_key_that_is_not_accepted(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        stranger = keypair(server.folder / "stranger")
        settings = ssh(server, key=stranger)
        with pytest.raises(ConnectionLost) as error:
            Session(node("wudang"), settings).run("true")
        assert str(error.value) == (
            f"wudang: 127.0.0.1 port {server.port} did not let {settings.user} in with the key {stranger} "
            f"({server.fingerprint(stranger)}): add its public half to ~{settings.user}/.ssh/authorized_keys there, "
            "or correct `user` or `key` under `ssh:` in nodes.yaml"
        )

    def test_no_key_at_all(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = sshd()
        monkeypatch.setenv("HOME", str(server.folder))
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
        with pytest.raises(ConnectionLost, match=r"in with no key of the agent or of ~/.ssh: add one of them"):
            Session(node("wudang"), ssh(server, key=None)).run("true")

    def test_a_key_of_the_home_folder(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = sshd()
        home = server.folder / "home"
        (home / ".ssh").mkdir(parents=True)
        (home / ".ssh/id_ed25519").symlink_to(ssh(server).key or "")
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
        session = Session(node("wudang"), ssh(server, key=None))
        assert session.check("echo in") == "in\n"
        session.close()

    def test_with_a_key_named_no_other_is_offered(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = sshd()
        (server.folder / ".ssh").mkdir()
        (server.folder / ".ssh/id_ed25519").symlink_to(ssh(server).key or "")
        monkeypatch.setenv("HOME", str(server.folder))
        with pytest.raises(ConnectionLost, match="did not let"):
            Session(node("wudang"), ssh(server, key=keypair(server.folder / "stranger"))).run("true")

    def test_an_sshd_that_takes_no_keys(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd("wudang", "127.0.0.1", "PubkeyAuthentication no", "HostbasedAuthentication yes")
        with pytest.raises(ConnectionLost, match="takes no SSH keys, only hostbased: set `PubkeyAuthentication yes`"):
            Session(node("wudang"), ssh(server)).run("true")

    def test_a_key_that_has_gone_since(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        settings = ssh(server, key=server.folder / "gone")
        with pytest.raises(ConnectionLost, match="there is no key file"):
            Session(node("wudang"), settings).run("true")


class TestUnreachable:
    def test_nothing_but_the_sentence_is_told(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Paramiko would log a traceback of its own."""
        server = sshd()
        with caplog.at_level("DEBUG"), socket.create_server(("127.0.0.2", server.port)) as other:
            thread = threading.Thread(target=lambda: other.accept()[0].close())
            thread.start()
            with pytest.raises(ConnectionLost):
                Session(node("wudang", "127.0.0.2"), ssh(server)).run("true")
            thread.join()
        assert not caplog.records

    def test_a_name_that_nobody_knows(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        with pytest.raises(ConnectionLost, match=r"^wudang: no address is known for no-such-host.invalid \("):
            Session(node("wudang", "no-such-host.invalid"), ssh(sshd())).run("true")

    def test_something_else_than_ssh(self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh]) -> None:
        server = sshd()
        with socket.create_server(("127.0.0.2", server.port)) as other:

            def greet() -> None:
                accepted, _ = other.accept()
                accepted.sendall(b"220 mail\r\n" * 200)
                accepted.close()

            thread = threading.Thread(target=greet)
            thread.start()
            settings = ssh(server)
            with pytest.raises(ConnectionLost, match="does not speak SSH as expected"):
                Session(node("wudang", "127.0.0.2"), settings).run("true")
            thread.join()

    def test_a_server_that_says_nothing(
        self, sshd: Callable[..., Sshd], ssh: Callable[..., Ssh], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nodes.connecting.HANDSHAKE_SECONDS", 0.5)
        server = sshd()
        with socket.create_server(("127.0.0.2", server.port)):
            start = time.monotonic()
            with pytest.raises(ConnectionLost, match="does not speak SSH as expected"):
                Session(node("wudang", "127.0.0.2"), ssh(server)).run("true")
            assert time.monotonic() - start < 3
