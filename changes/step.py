"""What a step module hands over: a function from what is seen to its complete list of changes."""

from collections.abc import Callable
from typing import TypeAlias

from changes.batch import ToDo
from changes.seen import Seen
from nodes.inventory import Inventory

StepFunction: TypeAlias = Callable[[Seen, Inventory], ToDo]

CarryOut: TypeAlias = Callable[[StepFunction], list[str]]
"""Observes afresh, makes the list, carries it out (or prints it, in a plan); returns what is still not so."""

MakeSo: TypeAlias = Callable[[ToDo], list[str]]
"""Carries a list out (or prints it, in a plan); returns what is still not so."""
