"""The executor: look, do, look again; one change after the other, under the lock."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from changes.batch import Batch
from changes.change import SO, Look
from changes.executor import execute, plan
from changes.interrupt import STOPPING, InterruptedRunError
from nodes.hosts import Hosts
from nodes.lock import LockLost


@dataclass(frozen=True)
class Present:
    """A file that is there."""

    path: Path
    before: Callable[[], None] = lambda: None
    """Happens within do, in front of the deed."""
    after: Callable[[], None] = lambda: None
    works: bool = True
    node: str = "wudang"

    def __str__(self) -> str:
        return f"file {self.path.name}"

    def look(self, _hosts: Hosts) -> Look:
        return SO if self.path.exists() else Look(so=False, seen="no such file", diff=f"+ {self.path.name}\n")

    def do(self, _hosts: Hosts) -> None:
        self.before()
        if self.works:
            self.path.touch()
        self.after()


@dataclass
class Heard:
    """The listener, the lock and whoever else has something to say, in one order."""

    said: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    lost_before: int = 0
    """Which taking of the lock fails; 0 for none."""
    gone: list[Callable[[], None]] = field(default_factory=list)
    """What happens while the lock is somebody else's for a moment, in the middle of a look."""

    def already(self, change: Present) -> None:
        self.said.append(f"already {change}")

    def doing(self, change: Present, look: Look) -> None:
        self.said.append(f"doing {change}")
        self.looks.append(look)

    def done(self, change: Present, seconds: float) -> None:
        assert seconds >= 0
        self.said.append(f"done {change}")

    def failed(self, _change: Present, error: str) -> None:
        self.said.append(f"failed: {error}")

    def ensure(self) -> None:
        self.said.append("lock")
        if self.said.count("lock") == self.lost_before:
            raise LockLost("the lock on shaolin was lost, nothing more is changed")

    def still_held(self) -> bool:
        if self.gone:
            self.gone.pop()()
            self.said.append("gone")
            return False
        return True

    def told(self) -> list[str]:
        """What the listener heard."""
        return [one for one in self.said if one not in ("lock", "gone")]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def locked(heard: Heard) -> Hosts:
    return Hosts({}, SimpleNamespace(), "shaolin", lock=heard)  # type: ignore[arg-type]  # none is asked for more


@pytest.fixture
def files(tmp_path: Path) -> list[Present]:
    return [Present(tmp_path / name) for name in ("a", "b", "c")]


def raising(error: Exception) -> Callable[[], None]:
    def deed() -> None:
        raise error

    return deed


def there(files: list[Present]) -> list[str]:
    return [file.path.name for file in files if file.path.exists()]


def test_what_is_so_already_is_left_alone(files: list[Present], locked: Hosts, heard: Heard) -> None:
    for file in files:
        file.path.write_text("as it was")
    assert execute(files, locked, heard) == []
    assert heard.told() == ["already file a", "already file b", "already file c"]
    assert {file.path.read_text() for file in files} == {"as it was"}


def test_what_is_not_so_is_done_in_the_lists_order(files: list[Present], locked: Hosts, heard: Heard) -> None:
    files[1].path.touch()
    assert execute(files, locked, heard) == []
    assert heard.told() == ["doing file a", "done file a", "already file b", "doing file c", "done file c"]
    assert heard.looks[0] == Look(so=False, seen="no such file", diff="+ a\n")


def test_a_second_run_does_nothing(files: list[Present], locked: Hosts, heard: Heard) -> None:
    execute(files, locked, heard)
    heard.said.clear()
    assert execute(files, locked, heard) == []
    assert heard.told() == ["already file a", "already file b", "already file c"]


def test_an_error_is_no_answer_where_the_second_look_finds_it_so(
    files: list[Present], locked: Hosts, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """The member may have been promoted although the client timed out (kubeadm#3317)."""
    caplog.set_level(logging.WARNING, "runbook")
    files[0] = replace(files[0], after=raising(TimeoutError("context deadline exceeded")))
    assert execute(files, locked, heard) == []
    assert there(files) == ["a", "b", "c"]
    assert caplog.messages == ["file a: TimeoutError: context deadline exceeded"]


def test_what_is_still_not_so_ends_the_list_with_a_sentence(files: list[Present], locked: Hosts, heard: Heard) -> None:
    files[1] = replace(files[1], works=False)
    assert execute(files, locked, heard) == ["file b: still not so: no such file"]
    assert heard.told()[-2:] == ["doing file b", "failed: file b: still not so: no such file"]
    assert there(files) == ["a"], "what follows counts on it"


def test_the_sentence_says_what_the_deed_ended_with(files: list[Present], locked: Hosts, heard: Heard) -> None:
    files[0] = replace(files[0], before=raising(OSError("no space left on device")))
    sentence = "file a: still not so: no such file (OSError: no space left on device)"
    assert execute(files, locked, heard) == [sentence]
    assert heard.told() == ["doing file a", f"failed: {sentence}"]


def test_nothing_is_changed_without_the_lock(files: list[Present], locked: Hosts, heard: Heard) -> None:
    with pytest.raises(AssertionError, match="file a: a change without the lock"):
        execute(files, replace(locked, lock=None), heard)
    assert there(files) == []


def test_a_run_in_which_all_is_so_needs_no_lock(files: list[Present], locked: Hosts, heard: Heard) -> None:
    for file in files:
        file.path.touch()
    assert execute(files, replace(locked, lock=None), heard) == []


def test_the_lock_is_held_at_every_look(files: list[Present], locked: Hosts, heard: Heard) -> None:
    """What is seen without it may be what another run is changing at that moment."""
    files[1].path.touch()
    execute(files[:2], locked, heard)
    assert heard.said == ["lock", "doing file a", "lock", "done file a", "lock", "already file b"]


def test_what_was_seen_while_the_lock_was_lost_does_not_count(
    files: list[Present], locked: Hosts, heard: Heard
) -> None:
    """Another run had it for a moment, and did what is wanted here."""
    heard.gone = [files[0].path.touch]
    assert execute(files[:1], locked, heard) == []
    assert heard.said == ["lock", "gone", "lock", "already file a"]


def test_a_lost_lock_ends_the_run_before_the_next_deed(files: list[Present], locked: Hosts, heard: Heard) -> None:
    heard.lost_before = 3
    with pytest.raises(LockLost, match="nothing more is changed"):
        execute(files, locked, heard)
    assert there(files) == ["a"]
    assert heard.told() == ["doing file a", "done file a"]


def test_a_lock_that_is_lost_during_a_deed_ends_the_list_with_a_sentence(
    files: list[Present], locked: Hosts, heard: Heard
) -> None:
    heard.lost_before = 2
    (sentence,) = execute(files, locked, heard)
    assert sentence.startswith("file a: not known whether it is so: LockLost: the lock on shaolin was lost")
    assert heard.told() == ["doing file a", f"failed: {sentence}"]
    assert there(files) == ["a"]


class TestBatches:
    @pytest.fixture
    def pair(self, files: list[Present]) -> Batch:
        """On two nodes; each deed waits for the other to have begun."""
        met = threading.Barrier(2, timeout=30)
        return Batch((replace(files[0], before=met.wait), replace(files[1], before=met.wait, node="emei")))

    def test_the_deeds_of_a_batch_are_done_side_by_side(self, pair: Batch, locked: Hosts, heard: Heard) -> None:
        assert execute([pair], locked, heard) == []
        assert heard.told() == ["doing file a", "doing file b", "done file a", "done file b"]
        assert heard.said.count("lock") == 2, "once before the looks, once before the looks that follow"

    def test_only_what_is_not_so_is_done(self, files: list[Present], locked: Hosts, heard: Heard) -> None:
        files[0].path.touch()
        assert execute([Batch((files[0], replace(files[1], node="emei")))], locked, heard) == []
        assert heard.told() == ["already file a", "doing file b", "done file b"]

    def test_one_that_fails_lets_the_others_end_and_nothing_follows(
        self, files: list[Present], locked: Hosts, heard: Heard
    ) -> None:
        failing = replace(files[0], before=raising(OSError("no space left on device")))
        sentence = "file a: still not so: no such file (OSError: no space left on device)"
        assert execute([Batch((failing, replace(files[1], node="emei"))), files[2]], locked, heard) == [sentence]
        assert there(files) == ["b"]
        assert heard.told()[-2:] == [f"failed: {sentence}", "done file b"]

    def test_a_plan_shows_each_of_its_changes(self, pair: Batch, locked: Hosts) -> None:
        assert [(str(change), look.so) for change, look in plan([pair], locked)] == [
            ("file a", False),
            ("file b", False),
        ]


def test_a_plan_looks_and_does_nothing(files: list[Present], locked: Hosts, heard: Heard) -> None:
    files[0].path.touch()
    found = plan(files, replace(locked, lock=None))
    assert [(str(change), look.so) for change, look in found] == [
        ("file a", True),
        ("file b", False),
        ("file c", False),
    ]
    assert found[1][1].diff == "+ b\n"
    assert there(files) == ["a"]
    assert heard.said == []


class TestInterrupt:
    """With real signals to this very process."""

    @pytest.fixture(autouse=True)
    def loud(self) -> Any:
        """A signal that gets through ends the test, not pytest."""

        def fail(number: int, _frame: object) -> None:
            raise KeyboardInterrupt(f"{signal.Signals(number).name} got through")

        former = {number: signal.signal(number, fail) for number in STOPPING}
        yield
        for number, handler in former.items():
            signal.signal(number, handler)

    @pytest.mark.parametrize("number", list(STOPPING))
    def test_a_signal_waits_for_the_end_of_the_change_in_hand(
        self, files: list[Present], locked: Hosts, heard: Heard, number: signal.Signals
    ) -> None:
        """Ctrl-C, a service manager's stop, a terminal that closes."""
        files[1] = replace(files[1], before=lambda: os.kill(os.getpid(), number))
        with pytest.raises(InterruptedRunError, match=rf"{number.name}: stopped after “file b”; the same command goes"):
            execute(files, locked, heard)
        assert there(files) == ["a", "b"], "the change in hand is finished, the next not begun"
        assert heard.said[-1] == "done file b"

    def test_the_second_signal_waits_too(self, files: list[Present], locked: Hosts, heard: Heard) -> None:
        def twice() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

        files[0] = replace(files[0], before=twice)
        with pytest.raises(InterruptedRunError):
            execute(files, locked, heard)
        assert there(files) == ["a"]

    @pytest.mark.parametrize(
        "how", ["it ends well", "it fails", "it is interrupted", "the lock is lost"], ids=lambda how: how
    )
    def test_the_former_handlers_are_back_however_it_ends(
        self, files: list[Present], locked: Hosts, heard: Heard, how: str
    ) -> None:
        former = [signal.getsignal(number) for number in STOPPING]
        within: list[object] = []

        def deed() -> None:
            within.append(signal.getsignal(signal.SIGINT))
            if how == "it is interrupted":
                os.kill(os.getpid(), signal.SIGTERM)

        heard.lost_before = 3 if how == "the lock is lost" else 0
        files[0] = replace(files[0], before=deed, works=how != "it fails")
        try:
            execute(files, locked, heard)
        except (InterruptedRunError, LockLost):
            assert how in ("it is interrupted", "the lock is lost")
        assert [signal.getsignal(number) for number in STOPPING] == former
        assert within != [former[0]], "aside while a change was in hand"

    def test_the_same_command_goes_on_from_there(self, files: list[Present], locked: Hosts, heard: Heard) -> None:
        interrupted = [replace(files[0], before=lambda: os.kill(os.getpid(), signal.SIGINT)), *files[1:]]
        with pytest.raises(InterruptedRunError):
            execute(interrupted, locked, heard)
        heard.said.clear()
        assert execute(files, locked, heard) == []
        assert heard.told()[0] == "already file a"
        assert there(files) == ["a", "b", "c"]

    def test_a_signal_during_a_look_begins_no_change(self, files: list[Present], locked: Hosts, heard: Heard) -> None:
        files[0] = Interrupting(files[0].path)
        with pytest.raises(InterruptedRunError):
            execute(files, locked, heard)
        assert there(files) == []

    @pytest.mark.parametrize("number", list(STOPPING))
    def test_a_signal_that_is_ignored_stays_so(
        self, files: list[Present], locked: Hosts, heard: Heard, number: signal.Signals
    ) -> None:
        """That is what nohup is for."""
        signal.signal(number, signal.SIG_IGN)
        files[0] = replace(files[0], before=lambda: os.kill(os.getpid(), number))
        assert execute(files, locked, heard) == []
        assert there(files) == ["a", "b", "c"]
        assert signal.getsignal(number) is signal.SIG_IGN

    def test_a_signal_is_not_lost_where_all_is_so(self, files: list[Present], locked: Hosts, heard: Heard) -> None:
        """Or the run goes on to the next step, and the operator believes that it has stopped."""
        for file in files:
            file.path.touch()
        files[2] = Interrupting(files[2].path)
        with pytest.raises(InterruptedRunError):
            execute(files, locked, heard)


@dataclass(frozen=True)
class Interrupting(Present):
    """The operator presses Ctrl-C while it is looked at."""

    def look(self, hosts: Hosts) -> Look:
        os.kill(os.getpid(), signal.SIGINT)
        return super().look(hosts)


@dataclass(frozen=True)
class Blind(Present):
    """After the deed nobody can be asked."""

    def look(self, hosts: Hosts) -> Look:
        if self.path.exists():
            raise ConnectionError("wudang: no answer")
        return super().look(hosts)


def test_a_second_look_that_fails_is_a_sentence_with_the_deeds_own_error(
    files: list[Present], locked: Hosts, heard: Heard
) -> None:
    blind = Blind(files[0].path, after=raising(TimeoutError("apiserver gone")))
    sentence = "file a: not known whether it is so: ConnectionError: wudang: no answer (TimeoutError: apiserver gone)"
    assert execute([blind], locked, heard) == [sentence]
    assert heard.told()[-1] == f"failed: {sentence}"
