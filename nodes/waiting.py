"""Waiting for something that was set going, with a name, a deadline, and a word now and then to who watches."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger("runbook")

POLL_SECONDS = 0.3
HEARTBEAT_SECONDS = 5.0


class NeverCameError(Exception):
    """What was waited for did not come in time; says what was seen last."""


def wait_until(what: str, seen: Callable[[], str], deadline: float) -> None:
    """Return once `seen()` answers the empty string; it answers what is still missing otherwise.

    `deadline` is in seconds. An exception from `seen` is one more thing seen: the service that is waited for is
    often the one that would answer. Raises NeverCameError.
    """
    start = time.monotonic()
    spoken = start
    while True:
        try:
            missing = seen()
        except Exception as error:  # whatever went wrong is what was seen
            missing = f"{type(error).__name__}: {error}"
        if not missing:
            return
        now = time.monotonic()
        if now - start > deadline:
            raise NeverCameError(f"timeout: {what} did not come in {deadline:.0f} s; last seen: {missing}")
        if now - spoken >= HEARTBEAT_SECONDS:
            spoken = now
            log.info("waiting for %s, %.0f s of %.0f s left: %s", what, deadline - (now - start), deadline, missing)
        time.sleep(POLL_SECONDS)
