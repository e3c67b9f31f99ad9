"""Waiting with a name and a deadline."""

import logging
import time

import pytest

from nodes import waiting
from nodes.waiting import NeverCameError, wait_until


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(waiting, "HEARTBEAT_SECONDS", 0.05)


def test_what_is_there_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 60)
    wait_until("nothing", lambda: "", 60)


def test_it_returns_once_nothing_is_missing() -> None:
    answers = iter(["still starting", "still starting", ""])
    wait_until("the apiserver", lambda: next(answers), 60)
    assert list(answers) == []


def test_what_does_not_come_in_time_is_named_with_what_was_seen_last() -> None:
    answers = iter(["first", "second", *["last"] * 1000])
    with pytest.raises(NeverCameError, match=r"^timeout: the apiserver did not come in 0 s; last seen: last$"):
        wait_until("the apiserver", lambda: next(answers), 0.1)


def test_it_is_asked_at_least_once_however_short_the_deadline() -> None:
    wait_until("the apiserver", lambda: "", 0)
    with pytest.raises(NeverCameError, match="last seen: still starting"):
        wait_until("the apiserver", lambda: "still starting", -1)


def test_an_error_is_one_more_thing_seen() -> None:
    """The service that is waited for is often the one that would answer."""
    answers = iter([OSError("connection refused"), OSError("connection refused"), None])

    def seen() -> str:
        if error := next(answers):
            raise error
        return ""

    wait_until("the apiserver", seen, 60)
    assert list(answers) == []


def test_an_error_that_lasts_is_what_was_seen_last() -> None:
    def seen() -> str:
        raise OSError("connection refused")

    with pytest.raises(NeverCameError, match=r"last seen: .*connection refused"):
        wait_until("the apiserver", seen, 0.05)


@pytest.mark.parametrize("error", [TimeoutError(), EOFError(), AssertionError()])
def test_an_error_without_words_is_no_arrival(error: Exception) -> None:
    """A read that times out raises TimeoutError() with nothing in it."""

    def seen() -> str:
        raise error

    with pytest.raises(NeverCameError, match=type(error).__name__):
        wait_until("the apiserver", seen, 0.05)


def test_the_operators_wish_is_not_seen_but_obeyed() -> None:
    def seen() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait_until("the apiserver", seen, 60)


def test_a_long_wait_says_now_and_then_what_it_waits_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "runbook")
    end = time.monotonic() + 0.18
    wait_until("the apiserver", lambda: "still starting" if time.monotonic() < end else "", 10)
    assert 1 <= len(caplog.messages) <= 3
    assert caplog.messages[0] == "waiting for the apiserver, 10 s of 10 s left: still starting"


def test_a_short_wait_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "runbook")
    answers = iter(["still starting", ""])
    wait_until("the apiserver", lambda: next(answers), 10)
    assert caplog.messages == []
