"""The commands that the reading side may run: everything that is not here is refused.

To allow one more, give its program a Form in the module that it belongs to. Ask first: can any verb, option
or operand of it write, send a signal, never end, or hand its arguments to another program? Then list what may
be given, option by option; `flags=None` is for programs that can do none of this, whatever they are given.
"""

import posixpath
import shlex
from collections.abc import Mapping, Sequence

from nodes.allowed import cluster, files, network, pipelines, system
from nodes.allowed.judge import Judge
from nodes.grammar import NotPlainError, words

PROGRAMS: Mapping[str, tuple[Judge, ...]] = {
    **files.PROGRAMS,
    **system.PROGRAMS,
    **network.PROGRAMS,
    **cluster.PROGRAMS,
}
_FOLDERS = ("", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


def cleared(command: str) -> str:
    """The command as it may be sent: judged, its words quoted afresh. Raises NotPlainError."""
    if pipelines.allows(command):
        return command
    given = words(command)
    # The one assignment that may stand in front: etcdctl before 3.4 speaks its old protocol without it.
    after_prefix = given[1:] if given[:2] == ["ETCDCTL_API=3", "etcdctl"] else given
    if not _allowed(after_prefix):
        raise NotPlainError("no form of it is allowed in nodes/allowed/, where what a check has to read is added")
    return shlex.join(given)


def _allowed(given: Sequence[str]) -> bool:
    folder, name = posixpath.split(given[0]) if given else ("", "")
    return folder in _FOLDERS and any(judge(given[1:]) for judge in PROGRAMS.get(name, ()))
