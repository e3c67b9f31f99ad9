"""Several hosts at once: real sshds on loopback addresses, each with a trouble of its own."""

import getpass
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formats import creation
from nodes import first_master
from nodes.first_master import APISERVER, CREATION, RECORD, SUPER_ADMIN, NoCluster, NoFirstMaster
from nodes.fleet import Fleet, Problem, Unreachable
from nodes.inventory import ChangeTicket, Cluster, Creation, Endpoint, Inventory, LoadBalancer, Role, Ssh, Workload
from nodes.session import Session
from nodes.switch import SWITCHED
from tests.nodes.real_sshd import Sshd, keypair, node

ADDRESSES = {"shaolin": "127.0.0.1", "wudang": "127.0.0.2", "emei": "127.0.0.3", "huashan": "127.0.0.4"}


def inventory(settings: Ssh, addresses: dict[str, str] = ADDRESSES) -> Inventory:
    return Inventory(
        path=Path("nodes.yaml"),
        digest="0" * 64,
        cluster=Cluster(endpoint=Endpoint(host="api.lab", port=8443)),
        ssh=settings,
        nodes={
            name: node(name, address, Role.WORKER if name == "huashan" else Role.MASTER)
            for name, address in addresses.items()
        },
        load_balancer=LoadBalancer(nodes=("emei",)),
        workload=Workload(image="registry.lab/web:1"),
        change=ChangeTicket(),
        accept={"single-balancer": "a test"},
    )


Start = Callable[..., Sshd]
Settings = Callable[..., Ssh]


@pytest.fixture
def fleet(sshd: Start, ssh: Settings) -> Iterator[Fleet]:
    """Four hosts without a trouble."""
    servers = [sshd(name, address) for name, address in ADDRESSES.items()]
    opened = Fleet.open(inventory(ssh(*servers)))
    yield opened
    opened.close()


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="a fleet's commands run as root: so must this test")


@as_root
class TestOpen:
    def test_all_are_there(self, fleet: Fleet) -> None:
        assert fleet.names == ("shaolin", "wudang", "emei", "huashan")
        assert not fleet.problems
        assert [fleet[name].check(f"echo {name}") for name in fleet.names] == [f"{name}\n" for name in fleet.names]
        assert fleet.reader("emei").check("uname -s") == "Linux\n"

    def test_a_name_that_is_none(self, fleet: Fleet) -> None:
        with pytest.raises(KeyError):
            fleet["kunlun"]

    def test_an_sshd_that_opens_no_connections_is_told_before_anything_begins(self, sshd: Start, ssh: Settings) -> None:
        """Checks look at servers through it; without, the first of them to fail would be a trial of step 1."""
        server = sshd("shaolin", "127.0.0.1", "AllowTcpForwarding no")
        fleet = Fleet.open(inventory(ssh(server), {"shaolin": "127.0.0.1"}))
        assert "set `AllowTcpForwarding yes` in its sshd_config" in fleet.problems["shaolin"].reason
        fleet.close()

    def test_every_trouble_is_told_at_once(self, sshd: Start, ssh: Settings, tmp_path: Path) -> None:
        changed, stranger = sshd("shaolin", "127.0.0.1"), sshd("wudang", "127.0.0.2")
        locked = sshd("emei", "127.0.0.3")
        keypair(tmp_path / "former")
        (locked.folder / "authorized_keys").write_text("")
        settings = ssh(locked)
        with settings.known_hosts.open("a") as known:
            known.write(changed.known_hosts_line(tmp_path / "former"))
        fleet = Fleet.open(inventory(settings))
        assert list(fleet.problems) == ["shaolin", "wudang", "emei", "huashan"]
        reasons = {name: problem.reason for name, problem in fleet.problems.items()}
        assert "its host key has CHANGED" in reasons["shaolin"]
        assert changed.fingerprint() in reasons["shaolin"]
        assert changed.fingerprint(tmp_path / "former") in reasons["shaolin"]
        assert "its host key is unknown" in reasons["wudang"]
        assert f"ssh-keyscan -p {stranger.port} -t ed25519 127.0.0.2 >> {settings.known_hosts}" in reasons["wudang"]
        assert f"did not let {settings.user} in with the key {settings.key}" in reasons["emei"]
        assert "127.0.0.4 port" in reasons["huashan"]
        assert "connection refused" in reasons["huashan"]
        for name in fleet.names:
            assert not reasons[name].startswith(name)
            with pytest.raises(Unreachable) as error:
                fleet.reader(name)
            assert error.value.problem is fleet.problems[name]
            assert str(error.value) == f"{name}: {reasons[name]}"
        fleet.close()

    def test_hosts_that_never_answer_cost_their_time_once(
        self, sshd: Start, ssh: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nodes.connecting.HANDSHAKE_SECONDS", 1.0)
        server = sshd("shaolin", "127.0.0.1")
        silent = [socket.create_server((ADDRESSES[name], server.port)) for name in ("wudang", "emei", "huashan")]
        start = time.monotonic()
        fleet = Fleet.open(inventory(ssh(server)))
        assert time.monotonic() - start < 2.5
        assert list(fleet.problems) == ["wudang", "emei", "huashan"]
        assert fleet["shaolin"].check("echo fine") == "fine\n"
        fleet.close()
        for one in silent:
            one.close()

    def test_a_login_shell_that_chatters(self, sshd: Start, ssh: Settings) -> None:
        server = sshd("shaolin", "127.0.0.1", 'ForceCommand echo welcome; sh -c "$SSH_ORIGINAL_COMMAND"')
        fleet = Fleet.open(inventory(ssh(server), {"shaolin": "127.0.0.1"}))
        assert r"`id -u` answered 'welcome\n0' where `0` alone is expected" in fleet.problems["shaolin"].reason
        fleet.close()

    def test_a_login_that_hangs(self, sshd: Start, ssh: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("nodes.fleet._LOGIN_CHECK_SECONDS", 0.5)
        server = sshd("shaolin", "127.0.0.1", "ForceCommand sleep 2")
        fleet = Fleet.open(inventory(ssh(server), {"shaolin": "127.0.0.1"}))
        assert "`id -u` did not end in 0.5 s" in fleet.problems["shaolin"].reason
        assert "log in by hand to see what hangs" in fleet.problems["shaolin"].reason
        fleet.close()

    def test_a_problem_reads_as_a_sentence(self) -> None:
        assert str(Problem("wudang", "it is gone")) == "wudang: it is gone"


@as_root
class TestRoot:
    """What is in the way of being root, by a user's sudo that answers as sudo does."""

    def opened(self, sshd: Start, ssh: Settings, sudo: str | None) -> Fleet:
        server = sshd("shaolin", "127.0.0.1", f"SetEnv PATH={self.folder}:/usr/bin:/bin SHLVL=5")
        if sudo is not None:
            (self.folder / "sudo").write_text(f"#!/bin/sh\n{sudo}\n")
            (self.folder / "sudo").chmod(0o755)
        return Fleet.open(inventory(ssh(server, sudo=True), {"shaolin": "127.0.0.1"}))

    @pytest.fixture(autouse=True)
    def path(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "bin"
        self.folder.mkdir()

    def test_sudo_that_wants_a_password(self, sshd: Start, ssh: Settings) -> None:
        fleet = self.opened(sshd, ssh, "echo 'sudo: a password is required' >&2; exit 1")
        user = getpass.getuser()
        assert fleet.problems["shaolin"].reason == (
            "sudo without a password is not allowed (sudo: a password is required): write "
            f"`{user} ALL=(root) NOPASSWD: ALL` to /etc/sudoers.d/{user} there"
        )
        fleet.close()

    @pytest.mark.skipif(shutil.which("sudo", path="/usr/bin:/bin") is not None, reason="sudo is installed here")
    def test_no_sudo_there(self, sshd: Start, ssh: Settings) -> None:
        fleet = self.opened(sshd, ssh, None)
        assert fleet.problems["shaolin"].reason.startswith("there is no sudo there: install it, or log in as root")
        fleet.close()

    def test_sudo_that_wants_a_terminal(self, sshd: Start, ssh: Settings) -> None:
        fleet = self.opened(sshd, ssh, "echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1")
        assert "write `Defaults:root !requiretty` to /etc/sudoers.d/root" in fleet.problems["shaolin"].reason
        fleet.close()

    @pytest.mark.parametrize(
        ("defaults", "kept"),
        [
            ("env_reset, use_pty, log_output", "log_output"),
            ("log_input,\n    log_output, !log_ttyout", "log_input, log_output"),
            ("env_reset, !log_input, !log_output, log_year", ""),
        ],
    )
    def test_sudo_that_keeps_what_goes_through_it(self, sshd: Start, ssh: Settings, defaults: str, kept: str) -> None:
        """A key that is placed would stay in its records."""
        listed = f"Matching Defaults entries for root on shaolin:\n    {defaults}\n\nUser root may run the following"
        script = f"[ \"$2\" != -l ] || {{ printf '{listed}\\n    (root) NOPASSWD: ALL\\n'; exit; }}"
        fleet = self.opened(sshd, ssh, f'{script}\nshift 2\nexec "$@"')
        if not kept:
            assert not fleet.problems
        else:
            assert f"records what goes through it ({kept})" in fleet.problems["shaolin"].reason
        fleet.close()

    def test_sudo_to_somebody_else(self, sshd: Start, ssh: Settings) -> None:
        fleet = self.opened(sshd, ssh, "echo 1000")
        told = "commands run with uid 1000 and not as root: let sudo lead to root there"
        assert fleet.problems["shaolin"].reason == told
        fleet.close()

    def test_a_command_reaches_the_shell_through_sudo_as_it_is(self, sshd: Start, ssh: Settings) -> None:
        """sudo's own part: it runs the words that follow `-n --`."""
        fleet = self.opened(
            sshd, ssh, '[ "$1 $2" != "-n -l" ] || exit 1\n[ "$1 $2" = "-n --" ] || exit 9\nshift 2\nexec "$@"'
        )
        assert not fleet.problems
        session = fleet["shaolin"]
        assert session.check("""echo "it's $((1 + 1)) '$LC_ALL'"; cat""", stdin=b"given\n") == "it's 2 'C'\ngiven\n"
        (first, second) = fleet.reader("shaolin").run_all(["cat '/no/such file'", "uname -s"])
        assert (first.status, second.stdout) == (1, "Linux\n")
        fleet.close()


@as_root
class TestSideBySide:
    def test_each_has_its_answer_and_none_is_raised(self, fleet: Fleet) -> None:
        def work(name: str) -> str:
            if name == "wudang":
                raise ValueError("not this one")
            return fleet[name].check("echo $PPID")

        answers = fleet.side_by_side(work, fleet.names)
        assert list(answers) == list(fleet.names)
        assert isinstance(answers["wudang"], ValueError)
        assert len({answers[name] for name in ("shaolin", "emei", "huashan")}) == 3

    def test_they_run_at_the_same_time(self, fleet: Fleet) -> None:
        together = threading.Barrier(4, timeout=5)
        answers = fleet.side_by_side(lambda name: together.wait() >= 0, fleet.names)
        assert answers == dict.fromkeys(fleet.names, True)

    def test_of_nobody(self, fleet: Fleet) -> None:
        assert fleet.side_by_side(lambda name: name, []) == {}


CREATE = Creation(cluster=creation.Cluster("v1.37.2", "10.244.0.0/16", "10.96.0.0/12", "cluster.local"), pod_network="")


@as_root
class TestFirstMaster:
    """By marks on the hosts. They share one file system here, so each host's marks are in a folder of its own."""

    @pytest.fixture
    def marked(self, sshd: Start, ssh: Settings, tmp_path: Path) -> Iterator[Callable[..., str]]:
        fleets: list[Fleet] = []

        def find(marks: dict[str, list[str]], gone: tuple[str, ...] = (), create: bool = False) -> str:
            servers = []
            for name, address in ADDRESSES.items():
                root = tmp_path / f"{name}-root"
                for mark in marks.get(name, []):
                    (root / mark.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
                    (root / mark.lstrip("/")).touch()
                servers.append(sshd(name, address, _elsewhere(root)))
            for server in servers:
                if server.folder.name in gone:
                    server.stop()
            known = inventory(ssh(*servers))
            if create:
                known = known.model_copy(update={"create": CREATE})
            fleets.append(Fleet.open(known))
            found = first_master.find(fleets[-1], known)
            if first_master.is_only_noted(fleets[-1], found):
                return f"{found}, only noted"
            to_be_created = first_master.is_to_be_created(fleets[-1], known, found)
            return f"{found}, to be created" if to_be_created else found

        yield find
        for fleet in fleets:
            fleet.close()

    def test_the_record_of_step_1_counts_first(self, marked: Callable[..., str]) -> None:
        assert marked({"emei": [RECORD, APISERVER], "shaolin": [SUPER_ADMIN, APISERVER]}) == "emei"

    def test_an_apiserver_at_the_new_etcd_is_a_cluster_still(self, marked: Callable[..., str]) -> None:
        """On the road `mirror` it runs from another manifest for a while; old clusters have no super-admin.conf."""
        assert marked({"emei": [RECORD, SWITCHED]}) == "emei"

    def test_then_kubeadms_mark(self, marked: Callable[..., str]) -> None:
        assert marked({"wudang": [SUPER_ADMIN, APISERVER], "emei": [APISERVER]}) == "wudang"

    def test_then_the_only_apiserver(self, marked: Callable[..., str]) -> None:
        assert marked({"emei": [APISERVER], "huashan": [RECORD, SUPER_ADMIN]}) == "emei"

    def test_a_record_is_enough_while_others_are_gone(self, marked: Callable[..., str]) -> None:
        assert marked({"emei": [RECORD, APISERVER]}, gone=("shaolin", "wudang")) == "emei"

    def test_an_apiserver_is_not_enough_while_others_are_gone(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoFirstMaster, match=r"no first master among shaolin, wudang, emei: wudang could not be"):
            marked({"emei": [APISERVER]}, gone=("wudang",))

    def test_a_cluster_that_kubeadm_did_not_make_is_named(self, marked: Callable[..., str]) -> None:
        """Nor is one made where it is."""
        with pytest.raises(
            NoFirstMaster, match=r"emei carries RKE2 \(/var/lib/rancher/rke2\): only clusters"
        ) as raised:
            marked({"emei": ["/var/lib/rancher/rke2"]})
        assert not isinstance(raised.value, NoCluster)

    def test_two_records(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoFirstMaster, match=f"shaolin and emei have {RECORD}, so neither is known as the first"):
            marked({"shaolin": [RECORD], "emei": [RECORD]})

    def test_two_apiservers_without_a_mark(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoFirstMaster, match="then run `kubeadm init phase kubeconfig super-admin` on it"):
            marked({"shaolin": [APISERVER], "emei": [APISERVER]})

    def test_no_cluster_at_all(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoCluster, match=r"is there a cluster that kubeadm made\? .* write `create:` in nodes.yaml"):
            marked({})

    def test_nobody_knows_that_there_is_no_cluster_while_a_master_is_gone(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoFirstMaster, match="emei could not be looked at") as raised:
            marked({}, gone=("emei",), create=True)
        assert not isinstance(raised.value, NoCluster)

    def test_a_creation_goes_on_where_it_began(self, marked: Callable[..., str]) -> None:
        assert marked({"wudang": [CREATION]}, create=True) == "wudang, to be created"

    def test_a_creation_that_came_as_far_as_an_apiserver_goes_on(self, marked: Callable[..., str]) -> None:
        marks = {"wudang": [CREATION, SUPER_ADMIN, APISERVER]}
        assert marked(marks, create=True) == "wudang, to be created"

    def test_the_note_of_step_1_ends_a_creation(self, marked: Callable[..., str]) -> None:
        assert marked({"wudang": [RECORD, CREATION, SUPER_ADMIN, APISERVER]}, create=True) == "wudang"

    def test_note_may_outlive_its_cluster(self, marked: Callable[..., str]) -> None:
        assert marked({"wudang": [RECORD, CREATION]}, create=True) == "wudang, only noted"

    def test_somebody_elses_cluster_is_taken_on_and_not_created(self, marked: Callable[..., str]) -> None:
        assert marked({"wudang": [SUPER_ADMIN, APISERVER]}, create=True) == "wudang"

    def test_a_creation_does_not_go_on_when_nodes_yaml_says_it_no_more(self, marked: Callable[..., str]) -> None:
        with pytest.raises(NoFirstMaster, match="wudang: step 1 has begun to make a cluster there"):
            marked({"wudang": [CREATION, SUPER_ADMIN]})


def _elsewhere(root: Path) -> str:
    """An sshd line under which commands see `root`'s marks: the paths that are looked for lead there."""
    return f'ForceCommand bash -c "${{SSH_ORIGINAL_COMMAND//test -e /test -e {root}}}"'


def test_a_session_that_was_closed_is_closed(session: Session) -> None:
    session.run("true")
    transport = session.open()
    session.close()
    assert not transport.is_active()
