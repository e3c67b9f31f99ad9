"""Manifests put in place, and a component's process that answers."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from changes.static_pods import Answering, StaticPod
from nodes import waiting
from nodes.hosts import Hosts
from nodes.waiting import NeverCameError
from tests.changes.folder_host import FolderHost

PATH = "/etc/kubernetes/manifests/etcd.yaml"
TEXT = (Path(__file__).parent.parent / "formats/data/manifests/joining/wudang-etcd.yaml").read_text()
POD = StaticPod("wudang", "etcd", TEXT, ignoring=("--initial-cluster", "--initial-cluster-state"))


class TestStaticPod:
    def test_a_manifest_that_is_missing_is_placed_and_then_so(self, both: Hosts, wudang: FolderHost) -> None:
        """A worker that becomes a master has no manifests folder."""
        before = POD.look(both)
        assert (before.so, before.seen) == (False, "no such file")
        POD.do(both)
        assert POD.look(both).so
        assert (wudang.text(PATH), wudang.mode(PATH)) == (TEXT, "0600")
        assert [path.name for path in wudang.at(PATH).parent.iterdir()] == ["etcd.yaml"]

    def test_who_was_there_at_the_first_start_makes_no_difference(self, both: Hosts, wudang: FolderHost) -> None:
        """A member must not be restarted for a flag that it does not read again."""
        other = TEXT.replace("--initial-cluster=", "--initial-cluster=emei=https://10.27.52.72:2380,")
        assert other != TEXT
        wudang.put(PATH, other.replace("--initial-cluster-state=existing", "--initial-cluster-state=new"), 0o600)
        assert POD.look(both).so

    def test_the_order_of_flags_makes_no_difference(self, both: Hosts, wudang: FolderHost) -> None:
        flag = "    - --client-cert-auth=true\n"
        moved = TEXT.replace(flag, "").replace(
            "    - --snapshot-count=10000\n", f"    - --snapshot-count=10000\n{flag}"
        )
        assert moved != TEXT
        wudang.put(PATH, moved, 0o600)
        assert POD.look(both).so

    def test_another_flag_is_named_and_never_overwritten(self, both: Hosts, wudang: FolderHost) -> None:
        """That would restart a member, perhaps while its neighbour starts; step 1 has refused it before."""
        there = TEXT.replace("--snapshot-count=10000", "--snapshot-count=5000")
        wudang.put(PATH, there, 0o600)
        before = POD.look(both)
        assert before.seen == "--snapshot-count: 10000 here, 5000 there"
        assert "-    - --snapshot-count=5000\n+    - --snapshot-count=10000\n" in before.diff
        with pytest.raises(FileExistsError, match=r"^another manifest is there: --snapshot-count: 10000 here, 5000"):
            POD.do(both)
        assert (wudang.text(PATH), wudang.kept(PATH)) == (there, [])

    def test_another_mode_alone_is_set_right(self, both: Hosts, wudang: FolderHost) -> None:
        wudang.put(PATH, TEXT, 0o644)
        assert POD.look(both).seen == "it is mode 0644 of root, wanted 0600 root"
        POD.do(both)
        assert POD.look(both).so

    def test_its_own_list_of_members_stays_when_the_mode_is_set_right(self, both: Hosts, wudang: FolderHost) -> None:
        """The kubelet restarts a pod whose text has changed, whatever a member reads of it."""
        there = TEXT.replace("--initial-cluster-state=existing", "--initial-cluster-state=new")
        wudang.put(PATH, there, 0o644)
        POD.do(both)
        assert POD.look(both).so
        assert wudang.text(PATH) == there

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_another_owner_is_set_right(self, both: Hosts, wudang: FolderHost) -> None:
        os.chown(wudang.put(PATH, TEXT, 0o600), 12345, 12345)
        assert POD.look(both).seen == "it is mode 0600 of another user, wanted 0600 root"
        POD.do(both)
        assert POD.look(both).so


class TestAnswering:
    """Against a server on loopback that says what it is told to say. (What TLS shows is tested with nodes/wire.)"""

    @pytest.fixture
    def closed_port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    @pytest.fixture
    def silent(self) -> Iterator[Callable[[], int]]:
        """A server that accepts and hangs up."""
        listening = socket.create_server(("127.0.0.1", 0))

        def accept() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        yield lambda: int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()

    def test_nobody_there_is_not_so_and_named(self, both: Hosts, closed_port: int) -> None:
        look = Answering("wudang", "kube-apiserver", "127.0.0.1", closed_port, "/readyz").look(both)
        assert not look.so
        assert look.seen.startswith(f"127.0.0.1:{closed_port}: wudang could not connect")

    def test_somebody_who_hangs_up_is_not_so(self, both: Hosts, silent: Callable[[], int]) -> None:
        look = Answering("wudang", "kube-apiserver", "127.0.0.1", silent(), "/readyz").look(both)
        assert not look.so
        assert "127.0.0.1" in look.seen

    def test_what_never_answers_ends_at_the_deadline_with_its_name(
        self, both: Hosts, closed_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
        answering = Answering("wudang", "kube-apiserver", "127.0.0.1", closed_port, "/readyz", deadline=0.05)
        with pytest.raises(NeverCameError, match=r"wudang: kube-apiserver answers /readyz did not come in 0 s"):
            answering.do(both)
