"""Files with given content, copies from the first master, and one line in a hosts file."""

import os

import pytest

from changes.files import Copied, File, HostsEntry, Present, digest, present, with_entry
from nodes.hosts import Hosts
from tests.changes import secrets_seen
from tests.changes.folder_host import FolderHost, hosts

UNIT = "/etc/systemd/system/kubeadm-ha-balancer.service"
CA_KEY = "/etc/kubernetes/pki/ca.key"
POLICY = "/etc/kubernetes/audit/policy.yaml"
WANTED = "10.27.52.72 api.lab # the cluster's endpoint, kubeadm-ha\n"


def test_what_is_there_is_told_with_mode_and_owner(wudang: FolderHost) -> None:
    assert present(wudang, POLICY) is None  # type: ignore[arg-type]  # a host in a folder
    wudang.put(POLICY, "rules: []\n", 0o640)
    there = present(wudang, POLICY)  # type: ignore[arg-type]
    assert there == Present(digest(b"rules: []\n"), 0o640, of_root=True)


class TestFile:
    def test_a_file_that_is_missing_is_written(self, both: Hosts, wudang: FolderHost) -> None:
        file = File("wudang", UNIT, "[Unit]\n", 0o644)
        before = file.look(both)
        assert (before.so, before.seen) == (False, "no such file")
        assert before.diff == f"--- /dev/null\n+++ wudang:{UNIT} (after)\n@@ -0,0 +1 @@\n+[Unit]\n"
        file.do(both)
        assert file.look(both).so
        assert (wudang.text(UNIT), wudang.mode(UNIT)) == ("[Unit]\n", "0644")

    def test_another_content_is_shown_and_replaced(self, both: Hosts, wudang: FolderHost) -> None:
        wudang.put(UNIT, "[Unit]\nold\n", 0o644)
        file = File("wudang", UNIT, "[Unit]\nnew\n", 0o644)
        before = file.look(both)
        assert (before.so, before.seen) == (False, "its content differs")
        assert "-old\n+new\n" in before.diff
        file.do(both)
        assert file.look(both).so
        assert [kept.read_text() for kept in wudang.kept(UNIT)] == ["[Unit]\nold\n"]

    @pytest.mark.parametrize("content", ["text\n", ""], ids=["some text", "an empty file"])
    def test_another_mode_alone_is_set_right(self, both: Hosts, wudang: FolderHost, content: str) -> None:
        wudang.put(UNIT, content, 0o666)
        file = File("wudang", UNIT, content, 0o644)
        assert (file.look(both).so, file.look(both).seen) == (
            False,
            "it is mode 0666 of root, wanted 0644 root",
        )
        file.do(both)
        assert file.look(both).so

    def test_looking_changes_nothing(self, both: Hosts, wudang: FolderHost) -> None:
        at = wudang.put(UNIT, "old\n", 0o644)
        before = at.stat()
        File("wudang", UNIT, "new\n", 0o644).look(both)
        assert (at.stat().st_mtime_ns, at.stat().st_ino, at.read_text()) == (
            before.st_mtime_ns,
            before.st_ino,
            "old\n",
        )

    def test_doing_twice_ends_in_the_same(self, both: Hosts, wudang: FolderHost) -> None:
        file = File("wudang", UNIT, "text\n", 0o644)
        file.do(both)
        file.do(both)
        assert file.look(both).so
        assert wudang.text(UNIT) == "text\n"


class TestCopied:
    def test_a_copy_is_the_first_masters_byte_for_byte(
        self, both: Hosts, shaolin: FolderHost, wudang: FolderHost
    ) -> None:
        shaolin.put("/etc/kubernetes/secrets/config.yaml", bytes(range(256)), 0o644)
        copied = Copied("wudang", "/etc/kubernetes/secrets/config.yaml", 0o600)
        assert copied.look(both).seen == "no such file"
        copied.do(both)
        assert copied.look(both).so
        assert wudang.at(copied.path).read_bytes() == bytes(range(256))
        assert wudang.mode(copied.path) == "0600"

    def test_another_file_is_kept_and_replaced(self, both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
        wudang.put(CA_KEY, "another cluster's", 0o600)
        copied = Copied("wudang", CA_KEY)
        assert copied.look(both).seen == "it differs from shaolin's"
        copied.do(both)
        assert copied.look(both).so
        assert wudang.text(CA_KEY) == shaolin.text(CA_KEY)
        assert [kept.read_text() for kept in wudang.kept(CA_KEY)] == ["another cluster's"]

    def test_a_key_that_others_may_read_is_not_so(self, both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
        wudang.put(CA_KEY, shaolin.text(CA_KEY), 0o644)
        copied = Copied("wudang", CA_KEY, 0o600)
        assert copied.look(both).seen == "it is mode 0644 of root, wanted 0600 root"
        copied.do(both)
        assert copied.look(both).so
        assert wudang.mode(CA_KEY) == "0600"

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
    def test_without_a_mode_of_its_own_it_has_the_first_masters(
        self, both: Hosts, shaolin: FolderHost, wudang: FolderHost, mode: int
    ) -> None:
        """A policy that its component reads as another user must stay readable to it."""
        shaolin.put(POLICY, "rules: []\n", mode)
        wudang.put(POLICY, "rules: []\n", 0o666)
        copied = Copied("wudang", POLICY)
        assert copied.look(both).seen == f"it is mode 0666 of root, wanted {mode:04o} root"
        copied.do(both)
        assert copied.look(both).so
        assert wudang.mode(POLICY) == f"{mode:04o}"

    def test_a_nodes_own_file_stays_where_it_may(self, both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
        """The operating system's bundle of certificates: another release has another one."""
        shaolin.put(POLICY, "theirs", 0o644)
        own = Copied("wudang", POLICY, own_stays=True)
        assert own.look(both).seen == "no such file"
        wudang.put(POLICY, "ours", 0o640)
        assert own.look(both).so
        assert not Copied("wudang", POLICY).look(both).so

    def test_a_nodes_own_file_that_is_missing_is_copied(
        self, both: Hosts, shaolin: FolderHost, wudang: FolderHost
    ) -> None:
        shaolin.put(POLICY, "theirs", 0o644)
        Copied("wudang", POLICY, own_stays=True).do(both)
        assert (wudang.text(POLICY), wudang.mode(POLICY)) == ("theirs", "0644")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_a_key_that_is_not_roots_is_not_so(self, both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
        os.chown(wudang.put(CA_KEY, shaolin.text(CA_KEY), 0o600), 12345, 12345)
        copied = Copied("wudang", CA_KEY)
        assert copied.look(both).seen == "it is mode 0600 of another user, wanted 0600 root"
        copied.do(both)
        assert copied.look(both).so

    def test_a_key_is_in_no_command_and_in_no_diff(self, both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
        copied = Copied("wudang", CA_KEY)
        looks = [copied.look(both)]
        copied.do(both)
        looks.append(copied.look(both))
        said = [*shaolin.commands, *wudang.commands, str(looks), str(copied), repr(copied)]
        assert not secrets_seen.seen(shaolin.at(CA_KEY).read_bytes(), said)

    def test_a_file_that_the_first_master_has_not_is_not_so_and_nothing_is_written(
        self, both: Hosts, wudang: FolderHost
    ) -> None:
        copied = Copied("wudang", POLICY)
        assert (copied.look(both).so, copied.look(both).seen) == (False, f"shaolin has no {POLICY}")
        with pytest.raises(FileNotFoundError, match=f"shaolin has no {POLICY}"):
            copied.do(both)
        assert not wudang.at(copied.path).exists()


class TestHostsEntry:
    def test_the_entry_is_written_and_then_so(self, both: Hosts, wudang: FolderHost) -> None:
        wudang.put("/etc/hosts", "127.0.0.1 localhost\n")
        entry = HostsEntry("wudang", "10.27.52.72", "api.lab")
        before = entry.look(both)
        assert not before.so
        assert before.diff.endswith(f" 127.0.0.1 localhost\n+{WANTED}")
        entry.do(both)
        assert entry.look(both).so
        assert wudang.text("/etc/hosts") == "127.0.0.1 localhost\n" + WANTED
        assert wudang.mode("/etc/hosts") == "0644"
        assert [kept.read_text() for kept in wudang.kept("/etc/hosts")] == ["127.0.0.1 localhost\n"]


ENTRIES = {
    "a file without it": ("127.0.0.1 localhost\n", "127.0.0.1 localhost\n" + WANTED),
    "an empty file": ("", WANTED),
    "a file that has it": ("127.0.0.1 localhost\n" + WANTED, "127.0.0.1 localhost\n" + WANTED),
    "it stands further up": (WANTED + "127.0.0.1 localhost\n", WANTED + "127.0.0.1 localhost\n"),
    "another address": ("10.27.53.32 api.lab\n", WANTED),
    "another address and the wanted one": ("10.27.53.32 api.lab\n" + WANTED, WANTED),
    "the same without our remark": ("10.27.52.72 api.lab\n", WANTED),
    "another address with a remark": ("10.27.53.32\tapi.lab # by hand\n", WANTED),
    "the name in a remark": ("10.27.53.32 old # was api.lab\n", "10.27.53.32 old # was api.lab\n" + WANTED),
    "a line that is switched off": ("#10.27.53.32 api.lab\n", "#10.27.53.32 api.lab\n" + WANTED),
    "a longer name": ("10.1.1.1 api.lab.example my-api.lab\n", "10.1.1.1 api.lab.example my-api.lab\n" + WANTED),
    "no end of line": ("127.0.0.1 localhost", "127.0.0.1 localhost\n" + WANTED),
    "empty lines and order": ("\n# a\n\n::1 localhost\n\n", "\n# a\n\n::1 localhost\n\n" + WANTED),
}


@pytest.mark.parametrize(("before", "after"), ENTRIES.values(), ids=list(ENTRIES))
def test_a_hosts_file_gets_the_entry_and_comes_to_rest(before: str, after: str) -> None:
    assert with_entry(before, "10.27.52.72", "api.lab") == after
    assert with_entry(after, "10.27.52.72", "api.lab") == after


OTHERS = {
    "in front": ("10.27.53.32 master.lab api.lab\n", "10.27.53.32 master.lab\n"),
    "behind": ("10.27.53.32 api.lab master.lab\n", "10.27.53.32 master.lab\n"),
    "on both sides, with a remark": (
        "10.27.53.32\ta.lab  api.lab\tb.lab # by hand\n",
        "10.27.53.32 a.lab b.lab # by hand\n",
    ),
}


@pytest.mark.parametrize(("before", "left"), OTHERS.values(), ids=list(OTHERS))
def test_other_names_of_a_line_keep_their_address(before: str, left: str) -> None:
    after = with_entry(before, "10.27.52.72", "api.lab")
    assert after == left + WANTED
    assert with_entry(after, "10.27.52.72", "api.lab") == after


def test_a_name_is_the_same_in_capitals() -> None:
    """So it is to the resolver, and the first line of the file wins."""
    assert with_entry("10.27.53.32 API.lab\n", "10.27.52.72", "api.lab") == WANTED


@pytest.mark.parametrize("line", ["10.1.1.1 old # page\x0cbreak\n", "10.1.1.1 old # line\u2028separator\n"])
def test_only_an_end_of_line_ends_a_line(line: str) -> None:
    assert with_entry(line, "10.27.52.72", "api.lab") == line + WANTED


def test_the_entry_follows_the_balancer() -> None:
    moved = with_entry(WANTED, "10.24.138.208", "api.lab")
    assert moved == WANTED.replace("10.27.52.72", "10.24.138.208")


def test_a_host_is_looked_at_by_its_own_files(shaolin: FolderHost, wudang: FolderHost) -> None:
    """The stand-in for two hosts would prove nothing if both were one."""
    shaolin.put(UNIT, "text\n", 0o644)
    assert File("shaolin", UNIT, "text\n", 0o644).look(hosts(shaolin, wudang)).so
    assert not File("wudang", UNIT, "text\n", 0o644).look(hosts(shaolin, wudang)).so
