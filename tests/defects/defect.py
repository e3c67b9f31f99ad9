"""What a defect is: what is done to the converted cluster, which cases must see it, and what undoes it."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Deeds: TypeAlias = tuple[tuple[str, str], ...]
"""(node, shell), in their order. Each ends when what it does has come to be: whoever looks next sees it at once."""


class Way(NamedTuple):
    """How a defect comes, and how it goes so that every file is as it was: bytes, mode, owner, time."""

    seed: Deeds = ()
    heal: Deeds = ()


_NOTHING = Way()


@dataclass(frozen=True)
class Defect:
    """
    name    as a person would tell of it
    step    whose gate sees it
    red     the cases that turn red, all of them, with what stands in their brackets; no other does
    perhaps cases that hang on those, and are red or not as it happens to be: who led when it began, for one
    across  why another step's cases see it too; empty where none does
    alone   whether other defects could not be seeded or seen while it lasts
    without a part of nodes.yaml that is not there while it lasts
    """

    name: str
    step: int
    red: tuple[str, ...]
    way: Way = _NOTHING
    perhaps: tuple[str, ...] = ()
    across: str = ""
    alone: bool = False
    without: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def functions(self) -> tuple[str, ...]:
        """The cases' functions."""
        return tuple(dict.fromkeys(case.partition("[")[0] for case in self.red))


def on(case: str, *where: str) -> tuple[str, ...]:
    """The cases of one function on several nodes."""
    return tuple(f"{case}[{one}]" for one in where)
