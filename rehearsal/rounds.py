"""Defects that are seeded together, because it stays certain which of them turned which case red."""

import re
from collections.abc import Iterable, Sequence

from tests.defects import Defect


def host_of(defect: Defect, hosts: Iterable[str]) -> str:
    """The one host that all of its cases name in their brackets; "" where they name none, or several."""
    named = {match[1] if (match := re.search(r"\[(\w+)", case)) else "" for case in defect.red}
    return named.pop() if len(named) == 1 and named <= set(hosts) else ""


def rounds(defects: Sequence[Defect], hosts: Sequence[str]) -> list[tuple[Defect, ...]]:
    """Every defect once, in their order; those together of which each answers for its own cases alone.

    A case about one host does not look at another's defect: so defects of different hosts are seeded together. Those of
    the whole cluster are, three at a time, where they have no function in common.
    """
    found: list[list[Defect]] = []
    for defect in defects:
        fitting = (one for one in found if _fits(defect, one, hosts))
        (next(fitting, None) or _begun(found)).append(defect)
    return [tuple(one) for one in found]


def _begun(found: list[list[Defect]]) -> list[Defect]:
    found.append([])
    return found[-1]


def _fits(defect: Defect, others: Sequence[Defect], hosts: Sequence[str]) -> bool:
    if any(one.alone or one.without for one in (defect, *others)):
        return False
    own, theirs = host_of(defect, hosts), [host_of(one, hosts) for one in others]
    if own:
        return "" not in theirs and own not in theirs
    functions = {function for one in others for function in one.functions}
    return not any(theirs) and len(others) < 3 and functions.isdisjoint(defect.functions)
