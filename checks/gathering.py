"""One look at several hosts side by side, where a host's error is that host's alone."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from nodes.hosts import Hosts
from nodes.reading import Reader

T = TypeVar("T")


class Gathered(Generic[T]):
    """What each host answered, by name. Asking for a host whose look failed raises what it failed with."""

    def __init__(self, answers: dict[str, T | Exception]) -> None:
        self._answers = answers

    def __getitem__(self, name: str) -> T:
        answer = self._answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def items(self) -> Iterator[tuple[str, T]]:
        """Every host with its answer; raises where one has none, for a case about all of them is about that one too."""
        return ((name, self[name]) for name in self._answers)

    def answered(self) -> dict[str, T]:
        """The answers there are. For looks that any host can serve, never for judging all of them."""
        return {name: answer for name, answer in self._answers.items() if not isinstance(answer, Exception)}


def gather(hosts: Hosts, names: Iterable[str], look: Callable[[Reader], T]) -> Gathered[T]:
    """`look` on each host, at the same time."""
    return Gathered(hosts.fleet.side_by_side(lambda name: look(hosts.fleet.reader(name)), list(names)))
