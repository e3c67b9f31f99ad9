"""What happens to each change, as lines of the log: seen while it happens, and kept in the report."""

import logging
from collections.abc import Sequence

from changes.change import Change, Look
from evidence.place import Place

log = logging.getLogger("runbook")


class Progress:
    """The executor's listener for one step, or one part of it."""

    def __init__(self, place: Place) -> None:
        self.made = self.so_already = 0
        self._place = place

    def already(self, change: Change) -> None:
        self.so_already += 1
        log.debug("step %s · %s: so already", self._place, change)

    def doing(self, change: Change, look: Look) -> None:
        log.info("step %s · %s … (%s)", self._place, change, look.seen or "not so yet")

    def done(self, change: Change, seconds: float) -> None:
        self.made += 1
        log.info("step %s · %s … done in %.1f s", self._place, change, seconds)

    def failed(self, change: Change, error: str) -> None:
        log.error("step %s · %s", self._place, error)

    def summary(self) -> None:
        log.info("step %s · changes made: %s; so already: %s", self._place, self.made, self.so_already)


def show_plan(place: Place, found: Sequence[tuple[Change, Look]]) -> int:
    """Log what would change, each with its diff; returns how many that are."""
    to_do = [(change, look) for change, look in found if not look.so]
    for change, look in to_do:
        head = f"step {place} · would change: {change} ({look.seen or 'not so yet'})"
        log.info("%s", "\n".join([head, *look.diff.splitlines()]))
    so_already = len(found) - len(to_do)
    log.info("step %s · changes to make: %s; so already: %s", place, len(to_do), so_already)
    return len(to_do)
