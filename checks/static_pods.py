"""Static pods: every file that a kubelet reads as a manifest, and how a master's differ from the first one's."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from checks.gathering import Gathered, gather
from formats import manifests, yamltext
from nodes.hosts import Hosts
from nodes.reading import Reader

FOLDER = "/etc/kubernetes/manifests"

# They say who was there when a member joined, and are read at its first start alone.
FIRST_START_ONLY = ("--initial-cluster", "--initial-cluster-state")


@pytest.fixture(scope="module")
def manifest_files(hosts: Hosts) -> Gathered[dict[str, str]]:
    """What each node's kubelet reads as manifests, by path: every file whose name has no leading dot."""
    return gather(hosts, hosts.inventory.nodes, _manifest_files)


def _manifest_files(reader: Reader) -> dict[str, str]:
    # a worker need not have the folder, but kubeadm's own one
    found = reader.check(
        f"find /etc/kubernetes -mindepth 2 -maxdepth 2 -path '{FOLDER}/*' -type f -not -name '.*'"
    ).splitlines()
    answers = reader.run_all([f"cat {shlex.quote(path)}" for path in found])
    return {path: answer.checked().stdout for path, answer in zip(found, answers, strict=True)}


def named_twice(files: Mapping[str, str]) -> list[str]:
    """Files of the manifests folder that name the same pod as another, or are no manifest at all."""
    named: dict[str, list[str]] = {}
    found = []
    for path, text in sorted(files.items()):
        try:
            named.setdefault(_pod(yamltext.load(text)), []).append(path)
        except (yamltext.YamlError, KeyError, TypeError, AttributeError):
            found.append(f"{path} is no manifest of a pod")
    return [*found, *(f"{' and '.join(paths)} name the pod {pod}" for pod, paths in named.items() if len(paths) > 1)]


def _pod(document: Any) -> str:
    metadata = document["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"


@dataclass(frozen=True)
class StaticPods:
    """The manifests of all masters, against what the first one's gives for each."""

    hosts: Hosts
    files: Gathered[dict[str, str]]
    hostnames: Gathered[str]

    def drift(self, master: str, component: str) -> list[str]:
        """Where a master's manifest of a component is not what it should be; [] on the first master itself."""
        path = f"{FOLDER}/{component}.yaml"
        texts = {name: self.files[name].get(path, "") for name in (self.hosts.first_master, master)}
        missing = [f"{name} has no {path}" for name, text in texts.items() if not text]
        if missing or master == self.hosts.first_master:
            return missing
        nodes, first = self.hosts.inventory.nodes, self.hosts.first_master
        wanted = manifests.for_node(
            texts[first],
            component=component,
            name=master,
            address=nodes[master].address,
            first_names=(first, self.hostnames[first]),
            first_address=nodes[first].address,
            initial_cluster={master: "told at the first start"},
        )
        ignoring = FIRST_START_ONLY if component == "etcd" else ()
        return manifests.differences(texts[master], wanted, ignoring=ignoring)


@pytest.fixture(scope="module")
def static_pods(hosts: Hosts, manifest_files: Gathered[dict[str, str]], hostnames: Gathered[str]) -> StaticPods:
    return StaticPods(hosts, manifest_files, hostnames)
