"""A place in the runbook: a step, or a part of one that can be stopped behind."""

import re
from dataclasses import dataclass
from functools import total_ordering

_WRITTEN = re.compile(r"([0-9]+)(?:\.([1-9][0-9]*))?")


@total_ordering
@dataclass(frozen=True)
class Place:
    """Smaller is sooner. Without a part it is the step as a whole, which ends behind all its parts."""

    step: int
    part: int = 0

    @classmethod
    def read(cls, text: str) -> "Place":
        """What str() gives: `2`, `2.3`. Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is neither a step nor a part of one")
        return cls(int(found[1]), int(found[2] or 0))

    def __str__(self) -> str:
        return f"{self.step}.{self.part}" if self.part else str(self.step)

    def __lt__(self, other: "Place") -> bool:
        return self._turn < other._turn

    def __contains__(self, other: "Place") -> bool:
        """The same place, or a part of this one."""
        return other.step == self.step and self.part in (0, other.part)

    @property
    def _turn(self) -> tuple[int, bool, int]:
        return self.step, not self.part, self.part
