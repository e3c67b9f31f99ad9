"""The files that all masters must have alike: what kubeadm copies, and what the first master's components name."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from checks.gathering import Gathered, gather
from formats.kubeadm import COMPONENTS, SHARED
from nodes import named_files
from nodes.hosts import Hosts
from nodes.reading import Reader

KUBEADMS = "kubeadm"
"""The key of what kubeadm itself copies, beside the components' names; etcd's authority is among etcd's."""

KEYS_THAT_SIGN = ("ca.key", "sa.key", "sa.pub")
"""Of what kubeadm copies, those that step 4 looks at: by what they are, and not by their bytes."""


@dataclass(frozen=True)
class Shared:
    """By component: `equal` are to have the first master's content, `present` are to be there at all."""

    equal: dict[str, tuple[str, ...]]
    present: dict[str, tuple[str, ...]]
    on_first: dict[str, str]
    """The digest and mode of each of `equal` there."""


@pytest.fixture(scope="module")
def shared(hosts: Hosts) -> Shared:
    """Found out on the first master."""
    reader = hosts.fleet.reader(hosts.first_master)
    answers = reader.run_all([f"cat /etc/kubernetes/manifests/{component}.yaml" for component in COMPONENTS])
    texts = {name: answer.checked().stdout for name, answer in zip(COMPONENTS, answers, strict=True)}
    carriages = named_files.carriages(reader, texts, hosts.layout.pki)
    equal = {name: carriage.equal for name, carriage in carriages.items()}
    for path in SHARED:
        if path not in KEYS_THAT_SIGN:
            whose = "etcd" if path.startswith("etcd/") else KUBEADMS
            equal[whose] = (*equal.get(whose, ()), f"{hosts.layout.pki}/{path}")
    present = {name: (*carriage.own, *carriage.folders, *carriage.given) for name, carriage in carriages.items()}
    return Shared(equal, present, states(reader, [path for paths in equal.values() for path in paths]))


@pytest.fixture(scope="module")
def unlike_the_first(hosts: Hosts, shared: Shared) -> Gathered[dict[str, list[str]]]:
    """For each master, by component: what is not there, or not as on the first one. Never what is in it."""
    return gather(hosts, (node.name for node in hosts.inventory.masters), lambda reader: _unlike(reader, shared))


def _unlike(reader: Reader, shared: Shared) -> dict[str, list[str]]:
    here = states(reader, shared.on_first)
    missing = named_files.lacking(reader, [path for paths in shared.present.values() for path in paths])
    return {
        component: [
            *(f"{path}: {fault}" for path in paths if (fault := unlike(here[path], shared.on_first[path]))),
            *(f"{path}: not there" for path in shared.present.get(component, ()) if path in missing),
        ]
        for component, paths in shared.equal.items()
    }


def states(reader: Reader, paths: Iterable[str]) -> dict[str, str]:
    """ "DIGEST MODE" of each, in one round trip; "" for what is not there."""
    asked = list(paths)
    digests = reader.run_all([f"sha256sum {shlex.quote(path)}" for path in asked])
    modes = reader.run_all([f"stat -Lc %a {shlex.quote(path)}" for path in asked])
    return {
        # sha256sum puts a backslash in front where the name has a strange character in it
        path: f"{digest.stdout.split()[0].lstrip(chr(92))} {mode.stdout.strip()}" if digest.status == 0 else ""
        for path, digest, mode in zip(asked, digests, modes, strict=True)
    }


def unlike(here: str, first: str) -> str:
    """What is wrong with a file, as `states` gives it here and on the first master; "" where nothing is."""
    if not here or not first:
        return "not there" if not here else "not on the first master"
    (digest, mode), (first_digest, first_mode) = here.split(), first.split()
    if digest != first_digest:
        return "its content is not the first master's"
    return "" if mode == first_mode else f"mode {mode}, on the first master {first_mode}"
