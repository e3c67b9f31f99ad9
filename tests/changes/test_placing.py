"""A file in its place: whole or not at all, by a real shell on a real filesystem."""

import os
import signal
import subprocess
import threading

import pytest

from changes.placing import place
from nodes.commands import CommandFailed, Result
from nodes.secret import Secret
from tests.changes.folder_host import FolderHost
from tests.nodes.real_sshd import wait_for

PATH = "/etc/kubernetes/pki/etcd/ca.key"


class CutConnection(FolderHost):
    """Half of what is sent arrives, then the end of the file: what a lost SSH connection looks like from there."""

    def run(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> Result:
        data = stdin.reveal() if isinstance(stdin, Secret) else stdin or b""
        return super().run(command, stdin=data[: len(data) // 2], deadline=deadline)


@pytest.fixture
def cut(wudang: FolderHost) -> CutConnection:
    return CutConnection(wudang.name, wudang.folder)


@pytest.mark.parametrize("content", [b"", b"one line\n", b"no end of line", bytes(range(256)) * 4096])
def test_what_is_written_is_what_was_given(wudang: FolderHost, content: bytes) -> None:
    place(wudang, PATH, content, 0o600)
    assert wudang.at(PATH).read_bytes() == content


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_as_asked_for_whatever_stood_there(wudang: FolderHost, mode: int) -> None:
    wudang.put(PATH, "before", 0o666)
    place(wudang, PATH, b"after", mode)
    assert wudang.mode(PATH) == f"{mode:04o}"


def test_the_file_is_roots_whoevers_it_was_and_whoevers_the_folder_is(wudang: FolderHost) -> None:
    file = wudang.put(PATH, "before")
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
        os.chown(file.parent.parent, 12345, 12345)
    file.parent.parent.chmod(0o2755)  # what is made in it belongs to its group
    place(wudang, PATH, b"after", 0o600)
    assert (file.stat().st_uid, file.stat().st_gid) == (os.geteuid(), os.getegid())


def test_folders_on_the_way_are_made(wudang: FolderHost) -> None:
    place(wudang, PATH, b"key", 0o600)
    assert wudang.at(PATH).is_file()


def test_a_path_is_taken_as_it_is_written(wudang: FolderHost) -> None:
    """No space, quote or dollar sign in it means anything."""
    path = "/etc/kubernetes/it's $HOME; echo `id`.conf"
    place(wudang, path, b"text", 0o600)
    assert wudang.text(path) == "text"


def test_what_stood_there_is_kept_with_its_mode(wudang: FolderHost) -> None:
    wudang.put(PATH, "before", 0o640)
    place(wudang, PATH, b"after", 0o600)
    (kept,) = wudang.kept(PATH)
    assert kept.read_text() == "before"
    assert f"{kept.stat().st_mode & 0o7777:04o}" == "0640"


def test_everything_that_ever_stood_there_is_kept(wudang: FolderHost) -> None:
    for content in (b"1", b"2", b"3"):
        place(wudang, PATH, content, 0o600)
    assert [one.read_text() for one in wudang.kept(PATH)] == ["1", "2"]


def test_what_is_kept_is_open_to_root_alone(wudang: FolderHost) -> None:
    """A file that was readable for all where it stood may be one that should not have been."""
    wudang.put(PATH, "before", 0o644)
    place(wudang, PATH, b"after", 0o600)
    modes = {folder.stat().st_mode & 0o077 for folder in wudang.kept(PATH)[0].parents if "replaced" in str(folder)}
    assert modes == {0}


def test_no_temporary_file_is_left(wudang: FolderHost) -> None:
    place(wudang, PATH, b"1", 0o600)
    place(wudang, PATH, b"2", 0o600)
    assert wudang.temporaries() == []


def test_a_reader_never_sees_a_part_of_the_file(wudang: FolderHost) -> None:
    """The kubelet reads manifests whenever it likes."""
    versions = [bytes([letter]) * 500_000 for letter in b"abcdef"]
    file, seen, over = wudang.put(PATH, versions[0]), set[bytes](), threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=watch)
    reader.start()
    for version in versions[1:]:
        place(wudang, PATH, version, 0o600)
    over.set()
    reader.join()
    assert seen <= set(versions), "a file that nobody wrote"


def test_nothing_but_the_file_itself_ever_appears_in_its_folder(wudang: FolderHost) -> None:
    """The kubelet takes every file of its manifests folder for a manifest, backups too (kubernetes#136962)."""
    path = "/etc/kubernetes/manifests/etcd.yaml"
    folder = wudang.put(path, "before").parent
    seen, over = set[str](), threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.update(path.name for path in folder.iterdir())

    reader = threading.Thread(target=watch)
    reader.start()
    for _ in range(5):
        place(wudang, path, b"x" * 100_000, 0o600)
    over.set()
    reader.join()
    assert seen == {"etcd.yaml"}


def test_a_connection_cut_in_the_middle_leaves_the_old_file(cut: CutConnection) -> None:
    cut.put(PATH, "before", 0o600)
    with pytest.raises(CommandFailed, match="only a part of the file arrived") as failed:
        place(cut, PATH, Secret(b"after" * 100), 0o600)
    assert failed.value.status == 75
    assert cut.text(PATH) == "before"
    assert (cut.temporaries(), cut.kept(PATH)) == ([], [])


def test_a_connection_cut_in_the_middle_leaves_no_new_file(cut: CutConnection) -> None:
    with pytest.raises(CommandFailed, match="only a part of the file arrived"):
        place(cut, PATH, b"after" * 100, 0o600)
    assert not cut.at(PATH).exists()


def ended_while_it_receives(wudang: FolderHost, number: signal.Signals) -> int:
    """A shell that gets the signal in the middle of the transfer; gives its status."""
    wudang.put(PATH, "before", 0o600)
    scripts: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wudang, "check", lambda command, stdin: scripts.append(command))
        place(wudang, PATH, b"after", 0o600)
    command = scripts[0].replace("=/", f"={wudang.folder}/")
    shell = subprocess.Popen(  # noqa: S603
        ["sh", "-c", command],  # noqa: S607
        stdin=subprocess.PIPE,
        start_new_session=True,
        # Who runs in the background ignores SIGINT, and by nohup SIGHUP, and hands that on; a host's sshd does not.
        preexec_fn=None if number == signal.SIGKILL else lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert shell.stdin is not None
    shell.stdin.write(b"aft")
    shell.stdin.flush()
    wait_for(lambda: any(file.stat().st_size for file in wudang.temporaries()))
    os.killpg(shell.pid, number)
    status = shell.wait(timeout=30)
    shell.stdin.close()
    return status


def test_a_host_that_dies_while_it_receives_keeps_the_old_file(wudang: FolderHost) -> None:
    """kill -9 of the shell in the middle of the transfer: nothing gets a chance to clean up."""
    ended_while_it_receives(wudang, signal.SIGKILL)
    assert wudang.text(PATH) == "before"
    assert wudang.kept(PATH) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_shell_that_is_told_to_end_takes_the_part_with_it(wudang: FolderHost, number: signal.Signals) -> None:
    """The part may be of a key."""
    assert ended_while_it_receives(wudang, number) == 75
    assert wudang.temporaries() == []
    assert wudang.text(PATH) == "before"


def test_what_a_killed_run_left_is_removed_by_the_next(wudang: FolderHost) -> None:
    ended_while_it_receives(wudang, signal.SIGKILL)
    assert wudang.temporaries() != []
    place(wudang, PATH, b"after", 0o600)
    assert wudang.temporaries() == []
    assert wudang.text(PATH) == "after"


def test_a_secret_is_in_no_argument_and_in_no_error(cut: CutConnection) -> None:
    """What is in an argv is seen by every user of the host, what is in an error by every reader of the report."""
    key = "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49"
    with pytest.raises(CommandFailed) as failed:
        place(cut, PATH, Secret(key.encode()), 0o600)
    said = [*cut.commands, str(failed.value), repr(failed.value), repr(failed.value.args)]
    assert not [text for text in said if key[:20] in text or key[-20:] in text]


def test_a_store_that_cannot_be_written_stops_the_change(wudang: FolderHost) -> None:
    """Nothing is replaced that could not be kept."""
    wudang.put(PATH, "before", 0o600)
    wudang.put("/var/lib/kubeadm-ha", "a file where the store's folder should be")
    with pytest.raises(CommandFailed):
        place(wudang, PATH, b"after", 0o600)
    assert wudang.text(PATH) == "before"
    assert wudang.temporaries() == []


def test_a_link_is_replaced_and_what_it_leads_to_stays(wudang: FolderHost) -> None:
    target = wudang.put("/etc/elsewhere/ca.key", "theirs", 0o600)
    file = wudang.at(PATH)
    file.parent.mkdir(parents=True)
    file.symlink_to(target)
    place(wudang, PATH, b"ours", 0o600)
    assert (file.is_symlink(), file.read_text(), target.read_text()) == (False, "ours", "theirs")


def test_the_runbooks_own_folder_is_for_root_alone(wudang: FolderHost) -> None:
    """Its first file there is step 1's note."""
    place(wudang, "/var/lib/kubeadm-ha/first-master.json", b"{}", 0o600)
    assert wudang.mode("/var/lib/kubeadm-ha") == "0700"
