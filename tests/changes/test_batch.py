"""Batches: changes that are made side by side, and which may be."""

from dataclasses import dataclass

import pytest

from changes.batch import SIZE, Batch, across, batches, flat, in_batches
from changes.change import SO, Change, Look
from nodes.hosts import Hosts


@dataclass(frozen=True)
class Deed:
    node: str
    what: str = "deed"

    def __str__(self) -> str:
        return f"{self.node}: {self.what}"

    def look(self, _hosts: Hosts) -> Look:
        return SO

    def do(self, _hosts: Hosts) -> None: ...


def deeds(count: int) -> list[Change]:
    return [Deed(f"node{number}") for number in range(count)]


def sizes(made: list[Batch]) -> list[int]:
    return [len(batch.changes) for batch in made]


def test_two_changes_on_one_node_are_no_batch() -> None:
    """They would be made at the same moment."""
    with pytest.raises(ValueError, match="two changes on one node: a: first, a: second"):
        Batch((Deed("a", "first"), Deed("a", "second")))


def test_lists_of_several_nodes_go_side_by_side_change_by_change() -> None:
    made = across([Deed(name, what) for what in ("first", "second")] for name in ("a", "b"))
    assert [str(batch) for batch in made] == ["a: first, b: first", "a: second, b: second"]


def test_lists_of_different_lengths_are_a_mistake_of_the_step() -> None:
    """Cut to the shorter one, a change would never be made."""
    with pytest.raises(ValueError, match="shorter"):
        across([[Deed("a"), Deed("a")], [Deed("b")]])


def test_one_node_goes_first_and_the_others_follow_in_batches() -> None:
    assert sizes(in_batches(deeds(1))) == [1]
    assert sizes(in_batches(deeds(2))) == [1, 1]
    assert sizes(in_batches(deeds(2 * SIZE + 2))) == [1, SIZE, SIZE, 1]
    assert flat(in_batches(deeds(2 * SIZE + 2))) == deeds(2 * SIZE + 2)
    assert in_batches([]) == []


def test_a_change_by_itself_is_a_batch_of_one() -> None:
    alone, pair = Deed("a"), Batch((Deed("b"), Deed("c")))
    assert batches([alone, pair]) == [Batch((alone,)), pair]
    assert flat([alone, pair]) == [alone, *pair.changes]
