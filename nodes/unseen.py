"""Files that hold keys: looked into in memory, and shown nowhere.

pytest prints what a function that fails was given, and what an assertion compared. So the text of such a file is a
Secret to everybody but the function that looks into it, and what goes wrong there is told again without the text.
"""

import shlex
from collections.abc import Callable, Sequence
from typing import TypeVar

from formats import kubeconfigs
from formats.certificates import CertificateError
from formats.yamltext import YamlError
from nodes.commands import CommandFailed
from nodes.reading import Reader
from nodes.secret import Secret

T = TypeVar("T")


class UnreadableError(Exception):
    """A file is not what its name says; str() has host, path and why, nothing of its text."""


def read(reader: Reader, paths: Sequence[str]) -> dict[str, Secret]:
    """The files' bytes by path. Raises CommandFailed, without what was read, where one cannot be read whole."""
    found = {}
    for path, answer in zip(paths, reader.run_all([f"cat {shlex.quote(path)}" for path in paths]), strict=True):
        if answer.status != 0:
            raise CommandFailed(answer.host, answer.command, answer.status, "", answer.stderr)
        found[path] = Secret(answer.stdout.encode("utf-8", "surrogateescape"))
    return found


def look_into(host: str, path: str, text: Secret, look: Callable[[str], T]) -> T:
    """What `look` finds in the text of a file. Raises UnreadableError in place of whatever `look` raises."""
    try:
        return look(text.reveal().decode("utf-8", "replace"))
    except (CertificateError, kubeconfigs.KubeconfigError, YamlError) as error:
        why = str(error)  # these never repeat the text
    except Exception as error:  # and of no other is that known
        why = type(error).__name__
    # Raised out here, so that the error that has seen the text is not even its context.
    raise UnreadableError(f"{host}: {path} cannot be read: {why}. Look at the file on that host")
