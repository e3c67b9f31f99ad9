"""Where the cluster's masters keep and offer what can be moved, as read from the hosts when a run begins."""

from collections.abc import Sequence

from formats.layout import Layout
from formats.manifests import ManifestError
from nodes.commands import CommandFailed, ConnectionLost, DeadlinePassed
from nodes.first_master import ASIDE
from nodes.fleet import Fleet
from nodes.reading import Reader

_TOLD_BY = ("kube-apiserver", "etcd")


def find(fleet: Fleet, masters: Sequence[str]) -> Layout:
    """From the first of these masters whose manifests can be read; kubeadm's defaults where none has any.

    What is wrong with a manifest is not said here: the cases that need it say it.
    """
    for name in masters:
        if name in fleet.problems:
            continue
        try:
            texts = _texts(fleet.reader(name))
            if texts.keys() == set(_TOLD_BY):
                return Layout.of(texts)
        except (ManifestError, CommandFailed, ConnectionLost, DeadlinePassed):
            continue
    return Layout()


def _texts(reader: Reader) -> dict[str, str]:
    places = [(name, path) for name in _TOLD_BY for path in (ASIDE[name], f"/etc/kubernetes/manifests/{name}.yaml")]
    answers = reader.run_all([f"cat {path}" for _, path in places])
    # the one in its place comes last and counts
    return {name: answer.stdout for (name, _), answer in zip(places, answers, strict=True) if answer.status == 0}
