"""Defects that are seeded together, because it stays certain which of them turned which case red."""

import re
from collections.abc import Iterable, Sequence

from tests.defects import Defect


def host_of(defect: Defect, hosts: Iterable[str]) -> str:
    """The one host that all of its cases name in their brackets; "" where they name none, or several."""
    named = {match[1] if (match := re.search(r"\[(\w+)", case)) else "" for case in defect.red}
    return named.pop() if len(named) == 1 and named <= set(hosts) else ""


def rounds(defects: Sequence[Defect], hosts: Sequence[str]) -> list[tuple[Defect, ...]]:
    """Every defect once, in their order: with others on other hosts where all of its cases are about one host.

    A case about one host does not look at another's defect, so each of them answers for its own cases alone. Whatever
    is about the cluster, or about several hosts, has a round to itself.
    """
    found: list[dict[str, Defect]] = []
    for defect in defects:
        host = host_of(defect, hosts)
        free = next((one for one in found if host and "" not in one and host not in one and not defect.without), None)
        if free is None:
            found.append({host: defect})
        else:
            free[host] = defect
    return [tuple(one.values()) for one in found]
