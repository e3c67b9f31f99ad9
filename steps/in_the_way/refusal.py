"""What a module of this package says: a table of refusals, each with the look that finds its reasons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from changes.seen import Seen
from nodes.consents import Consent
from nodes.inventory import Inventory

Look: TypeAlias = Callable[[Seen, Inventory], Iterator[str]]
"""Each sentence names the node or the object, what was seen, and what to do."""


@dataclass(frozen=True)
class Refusal:
    """A kind of reason against `step` and all after it; `what` and `why` are what docs/your-cluster.md says of it."""

    step: int
    what: str
    why: str
    look: Look
    consent: Consent | None = None
    """What a person may write in nodes.yaml to take it on."""
