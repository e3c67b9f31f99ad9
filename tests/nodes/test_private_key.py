"""A key that is locked: who is asked for its passphrase, how often, and that it goes nowhere."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from nodes import private_key
from nodes.private_key import PASSPHRASE, UnreadableKeyError

WORDS = "correct horse"


@pytest.fixture(params=[[], ["-m", "PEM"]], ids=["openssh", "pem"])
def locked(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "locked"
    kind = ["-t", "ecdsa", *request.param, "-N", WORDS]
    subprocess.run(["ssh-keygen", "-q", *kind, "-f", str(path)], check=True)  # noqa: S603, S607
    return path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at the terminal types, word by word; what is left was not asked for."""
    words: list[str] = []
    monkeypatch.delenv(PASSPHRASE, raising=False)
    monkeypatch.setattr(private_key, "_passphrases", lambda _path: (words.pop(0) for _ in range(len(words))))
    return words


def test_the_environment_opens_it(locked: Path, typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    typed.append("nobody is asked")
    monkeypatch.setenv(PASSPHRASE, WORDS)
    public = locked.with_suffix(".pub").read_text().split()[1]
    assert private_key.read(locked).get_base64() == public
    assert typed == ["nobody is asked"]


def test_a_wrong_one_in_the_environment_is_told_without_it(
    locked: Path, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "battery staple")
    with pytest.raises(UnreadableKeyError) as error:
        private_key.read(locked)
    assert str(error.value) == f"the passphrase in {PASSPHRASE} does not open the key file {locked}: correct it"


def test_it_is_asked_for_once_a_run(locked: Path, typed: list[str]) -> None:
    typed += ["a slip", WORDS, "not asked for"]
    key = private_key.read(locked)
    assert private_key.read(locked) is key
    assert typed == ["not asked for"]


def test_a_key_that_is_another_one_by_now_is_asked_for_again(locked: Path, typed: list[str]) -> None:
    typed += [WORDS]
    private_key.read(locked)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", WORDS, "-N", "other", "-f", str(locked)], check=True)  # noqa: S603, S607
    typed += ["other"]
    private_key.read(locked)
    assert not typed


def test_who_never_knows_it_is_told(locked: Path, typed: list[str]) -> None:
    typed += ["a", "b", "c"]
    with pytest.raises(UnreadableKeyError, match="none of these passphrases opens"):
        private_key.read(locked)


ASKING = """
import os, sys
from pathlib import Path
from nodes import private_key
print(private_key.read(Path(sys.argv[1])).get_base64())
"""


def _read_until(terminal: int, end: bytes) -> bytes:
    """What the terminal shows until it shows `end`, or with an empty one until its other end closes."""
    shown = b""
    while not end or not shown.endswith(end):
        assert select.select([terminal], [], [], 10)[0], f"nothing more comes after {shown!r}"
        try:
            part = os.read(terminal, 1000)
        except OSError:  # the other end of a terminal has closed
            break
        shown += part
    return shown


def test_a_real_terminal_is_asked_whatever_stdin_is(locked: Path) -> None:
    """pytest takes stdin away from what it runs; and what is typed is not shown."""
    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}
    child, terminal = pty.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execve(sys.executable, [sys.executable, "-c", ASKING, str(locked)], environment)  # noqa: S606
    shown = _read_until(terminal, b": ")
    os.write(terminal, f"{WORDS}\n".encode())
    shown += _read_until(terminal, b"")
    assert os.waitpid(child, 0)[1] == 0, shown
    assert f"passphrase of {locked}: ".encode() in shown
    assert locked.with_suffix(".pub").read_text().split()[1].encode() in shown
    assert WORDS.encode() not in shown


def test_without_a_terminal_it_says_what_to_do(locked: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ASKING, str(locked)],
        env=environment,
        capture_output=True,
        text=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    assert f"there is no terminal to ask for it: set {PASSPHRASE} in the environment" in ended.stderr
