"""Which ways between machines are open: each is tried, from its own end, through the SSH connection there."""

from collections.abc import Iterable, Mapping

from changes.paths import Path
from nodes.commands import ConnectionLost, DialFailed
from nodes.hosts import Hosts

# A host on another continent answers in a third of a second.
SECONDS = 3.0


def closed(hosts: Hosts, paths: Iterable[Path]) -> Mapping[Path, str]:
    """What was seen instead of an answer, for each path that gave none.

    A connection that is accepted, or refused because nobody listens yet, has been there and back. Silence, and what
    a router says, proves nothing.
    """
    by_source: dict[str, list[Path]] = {}
    for path in paths:
        by_source.setdefault(path.source, []).append(path)

    def of(source: str) -> dict[Path, str]:
        return {path: _tried(hosts, path) for path in by_source[source]}

    found: dict[Path, str] = {}
    for answer in hosts.fleet.side_by_side(of, by_source).values():
        if isinstance(answer, Exception):
            raise answer
        found |= {path: seen for path, seen in answer.items() if seen}
    return found


def _tried(hosts: Hosts, path: Path) -> str:
    address = hosts.inventory.nodes[path.target].address
    try:
        hosts.fleet[path.source].dial(address, path.port, SECONDS).close()
    except DialFailed as error:
        said = str(error).rpartition(": ")[2].lower()
        if said in ("no answer in time", "timed out"):
            return f"no answer in {SECONDS:g} s"
        return "" if "connection refused" in said else said
    except ConnectionLost as error:
        return str(error)
    return ""
