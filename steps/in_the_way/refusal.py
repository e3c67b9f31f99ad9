"""What a module of this package says: tables of refusals and notices, each with the look that finds them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from changes.before import Before
from changes.seen import Machine
from formats.layout import Layout
from nodes.consents import Consent
from nodes.inventory import Inventory

Look: TypeAlias = Callable[[Before, Inventory], Iterator[str]]
"""Each sentence names the node or the object, what was seen, and what to do."""


class Machines(Protocol):
    """What can be seen of machines before there is a cluster."""

    @property
    def machines(self) -> Mapping[str, Machine]: ...

    @property
    def layout(self) -> Layout: ...


def asking(consent: Consent, reason: str) -> str:
    """The reason, with what to write in order to take it on."""
    return f'{reason}; if that is right, write `accept: {{{consent.name}: "the reason"}}` in nodes.yaml'


@dataclass(frozen=True)
class Refusal:
    """A kind of reason against `step` and all after it; `what` and `why` are what docs/your-cluster.md says of it."""

    step: int
    what: str
    why: str
    look: Look
    consent: Consent | None = None
    """What a person may write in nodes.yaml to take it on."""


@dataclass(frozen=True)
class Notice:
    """What a person should know before `step`, and what nobody can refuse or mend for her."""

    step: int
    what: str
    look: Look
