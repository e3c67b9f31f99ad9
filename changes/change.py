"""What a change is: a look that says whether the world is so already, and a deed that makes it so."""

from dataclasses import dataclass
from typing import Protocol

from nodes.hosts import Hosts


@dataclass(frozen=True)
class Look:
    """One observation of a change's subject.

    so    whether it is already as the change wants it
    seen  in a few words what stands there instead; empty where `so`
    diff  a unified diff from what stands there to what the change would write, secrets masked
    """

    so: bool
    seen: str = ""
    diff: str = ""


SO = Look(so=True)


class Change(Protocol):
    """One thing done to one node or to the API.

    `look` never writes. `do` may fail half way or without an answer: what counts is the look after it. `do` is
    called only when the look before it said "not so", and must be right whatever an earlier, killed run left.
    """

    @property
    def node(self) -> str:
        """The node it happens on; the first master's name for a change made through the API."""

    def __str__(self) -> str: ...

    def look(self, hosts: Hosts) -> Look: ...

    def do(self, hosts: Hosts) -> None: ...
