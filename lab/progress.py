"""Telling the person what is happening: each stage with the time, and signs of life in long ones."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HEARTBEAT = 20.0  # seconds


class Progress:
    """Lines of the form `[ 12.3 s] text`, counted from the start of the command."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - self.began:6.1f} s] {text}\n")
        sys.stdout.flush()

    @contextmanager
    def stage(self, text: str) -> Iterator[None]:
        """Announce `text`, repeat it while the body lasts, so that nobody takes a long build for a hang."""
        self.say(text)
        began, over = time.monotonic(), threading.Event()

        def beat() -> None:
            while not over.wait(HEARTBEAT):
                self.say(f"  … {text} (for {time.monotonic() - began:.0f} s now)")

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
