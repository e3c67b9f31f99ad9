"""Changes that wait for nothing of each other, each on a node of its own: they are made side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from changes.change import Change

SIZE = 10


@dataclass(frozen=True)
class Batch:
    """One or more changes, no two on the same node."""

    changes: tuple[Change, ...]

    def __post_init__(self) -> None:
        if len({change.node for change in self.changes}) != len(self.changes):
            raise ValueError(f"two changes on one node: {self}")

    def __str__(self) -> str:
        return ", ".join(map(str, self.changes))


ToDo: TypeAlias = Sequence[Change | Batch]
"""What a step is made of, in its order."""


def batches(todo: ToDo) -> list[Batch]:
    return [each if isinstance(each, Batch) else Batch((each,)) for each in todo]


def flat(todo: ToDo) -> list[Change]:
    return [change for batch in batches(todo) for change in batch.changes]


def across(lists: Iterable[Sequence[Change]]) -> list[Batch]:
    """Lists of several nodes, one a node and all of the same length, taken side by side: all first changes, and so on.

    Raises ValueError where the lengths differ.
    """
    return [Batch(changes) for changes in zip(*lists, strict=True)]


def in_batches(changes: Sequence[Change]) -> list[Batch]:
    """The first node alone, so that a fault that all would share costs one; then `SIZE` nodes at a time."""
    rest = [tuple(changes[start : start + SIZE]) for start in range(1, len(changes), SIZE)]
    return [Batch(batch) for batch in [tuple(changes[:1]), *rest] if batch]
