"""The API, read with kubectl on one master at any master's apiserver, so that others need no kubectl."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from checks.gathering import gather
from formats import kubernetes
from nodes.hosts import Hosts, kubectl_command
from nodes.reading import Reader


@dataclass(frozen=True)
class Api:
    """One apiserver, by its URL; `reader` is the host with kubectl.

    Every method raises CommandFailed, with kubectl's words, where it does not answer.
    """

    reader: Reader
    server: str

    def get(self, *arguments: str) -> str:
        """JSON of `kubectl get …`."""
        return self.reader.check(kubectl_command(self.server, "get", *arguments, "-o", "json"))

    def names(self, *arguments: str) -> frozenset[str]:
        """KIND/NAME of what `kubectl get …` finds; nothing of the objects themselves leaves the master."""
        return frozenset(self.reader.check(kubectl_command(self.server, "get", *arguments, "-o", "name")).split())

    def raw(self, path: str) -> str:
        return self.reader.check(kubectl_command(self.server, "get", "--raw", path))

    def log(self, namespace: str, pod: str) -> str:
        """The last line of a pod's log."""
        return self.reader.check(kubectl_command(self.server, "logs", "-n", namespace, pod, "--tail=1"))


@pytest.fixture(scope="module")
def with_kubectl(hosts: Hosts) -> Reader:
    """The host from which the API is asked."""
    return one_with_kubectl(hosts)


def one_with_kubectl(hosts: Hosts) -> Reader:
    """The first master, or another one that has kubectl while it is down; fails the case where none has it."""
    masters = sorted((node.name for node in hosts.inventory.masters), key=lambda name: name != hosts.first_master)
    found = gather(hosts, masters, lambda reader: reader.run("command -v kubectl").status == 0).answered()
    for name in masters:
        if found.get(name):
            return hosts.fleet.reader(name)
    down = [name for name in masters if name not in found]
    pytest.fail(
        f"no kubectl on root's PATH of {', '.join(found) or 'any master'}"
        + (f", and {', '.join(down)} cannot be looked at" if down else "")
        + ": install kubectl on a master, or audit again when one that has it is back"
    )


@pytest.fixture(scope="module")
def apis(hosts: Hosts, with_kubectl: Reader) -> dict[str, Api]:
    """Each master's apiserver, by the master's name."""
    return {node.name: Api(with_kubectl, hosts.api_url(node.name)) for node in hosts.inventory.masters}


@pytest.fixture(scope="module")
def api(hosts: Hosts, apis: dict[str, Api]) -> Api:
    """Any apiserver that answers, the first master's before others: for looks at what all of them share."""
    problems = []
    for name in sorted(apis, key=lambda name: name != hosts.first_master):
        try:
            apis[name].raw("/readyz")
        except Exception as error:  # the next one is asked; why this one was not, is told if none answers
            problems.append(f"{name}: {error}")
            continue
        return apis[name]
    pytest.fail("no apiserver answers: " + "; ".join(problems))


@pytest.fixture(scope="module")
def cluster_nodes(api: Api) -> dict[str, kubernetes.NodeStatus]:
    """The API's Nodes by name."""
    return {node.name: node for node in kubernetes.nodes(api.get("nodes"))}


class Leases(dict[str, kubernetes.Lease]):
    """By NAMESPACE/NAME. One that is not there fails the case that asks for it: nobody has taken it yet."""

    def __missing__(self, name: str) -> kubernetes.Lease:
        raise AssertionError(f"there is no lease {name} yet: who should hold it has never taken it")


@pytest.fixture(scope="module")
def leases(api: Api) -> Leases:
    """Every Lease of the cluster."""
    return Leases((f"{lease.namespace}/{lease.name}", lease) for lease in kubernetes.leases(api.get("leases", "-A")))


@pytest.fixture(scope="module")
def pods(api: Api) -> tuple[kubernetes.Pod, ...]:
    """Every pod of the cluster."""
    return kubernetes.pods(api.get("pods", "-A"))


@pytest.fixture(scope="module")
def configuration(api: Api) -> kubernetes.ClusterConfiguration:
    """kubeadm's own idea of the cluster, from its ConfigMap."""
    return kubernetes.cluster_configuration(api.get("-n", "kube-system", "configmap", "kubeadm-config"))


def config_map(api: Api, namespace: str, name: str) -> dict[str, Any]:
    """The `data` of a ConfigMap."""
    data: dict[str, Any] = json.loads(api.get("-n", namespace, "configmap", name))["data"]
    return data


def changed_at(api: Api, namespace: str, name: str) -> datetime:
    """When somebody wrote to a ConfigMap last, as its managed fields say."""
    found = json.loads(api.get("-n", namespace, "configmap", name, "--show-managed-fields"))
    return max(datetime.fromisoformat(field["time"]) for field in found["metadata"]["managedFields"])
