"""What the control plane's components need of one master's disk, found out from its manifests with commands that read.

What a configuration file holds may be secret: it is looked into in memory, and only the names in it are kept.
"""

import shlex
from collections.abc import Iterable, Mapping

from formats import manifests
from formats.carried import Carriage, Disk, Naming, Need, carriage, folders_to_list, inside, needs
from formats.kubeadm import per_master
from nodes import unseen
from nodes.commands import CommandFailed
from nodes.reading import Reader


def carriages(reader: Reader, texts: Mapping[str, str], pki: str) -> dict[str, Carriage]:
    """By component, from its manifest's text on this master. Raises ManifestError, UnreadableError, CommandFailed."""
    made = per_master(pki)
    found = {component: _needs(reader, text) for component, text in texts.items()}
    every = [need for needs_ in found.values() for need in needs_]
    kinds = _kinds(reader, {need.path for need in every if need.path.startswith("/")} - made)
    disk = Disk(kinds, _contents(reader, folders_to_list(every, kinds, made)))
    return {component: carriage(needs_, disk, made) for component, needs_ in found.items()}


def _needs(reader: Reader, text: str) -> tuple[Need, ...]:
    def look(path: str, naming: Naming) -> Iterable[Naming]:
        if reader.run(f"test -f {shlex.quote(path)}").status != 0:
            return ()
        folder = naming.name.rpartition("/")[0]
        content = unseen.read(reader, [path])[path]
        return unseen.look_into(reader.name, path, content, lambda text: inside(text, naming.kind, folder))

    return needs(manifests.parse(text), look)


def _kinds(reader: Reader, paths: Iterable[str]) -> dict[str, str]:
    """What is there, in stat's words, with links followed; what is not there is left out."""
    asked = sorted(paths)
    answers = reader.run_all([f"stat -Lc %F {shlex.quote(path)}" for path in asked])
    return {path: answer.stdout.strip() for path, answer in zip(asked, answers, strict=True) if answer.status == 0}


def _contents(reader: Reader, folders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for folder in folders:
        answer = reader.run(f"find -L {shlex.quote(folder)} -type f -print0", deadline=60)
        if answer.status != 0:
            raise CommandFailed(answer.host, answer.command, answer.status, "", answer.stderr)
        found[folder] = tuple(path for path in answer.stdout.split("\0") if path)
    return found


def lacking(reader: Reader, paths: Iterable[str]) -> frozenset[str]:
    """Which of the paths are not there on this host."""
    asked = sorted(set(paths))
    answers = reader.run_all([f"test -e {shlex.quote(path)}" for path in asked])
    return frozenset(path for path, answer in zip(asked, answers, strict=True) if answer.status != 0)
