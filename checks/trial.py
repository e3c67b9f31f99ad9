"""Trials: checks that have to write to see. Each works in a namespace of its own and leaves nothing."""

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.rdatatype
import pytest

from formats import kubernetes
from nodes import wire
from nodes.commands import DialFailed
from nodes.hosts import Hosts, kubectl_command
from nodes.secret import Secret
from nodes.waiting import NeverCameError, wait_until

WEB_PORT = 8080


@dataclass(frozen=True)
class Trial:
    """A namespace, and kubectl on the first master at any master's apiserver."""

    hosts: Hosts
    namespace: str

    def kubectl(self, *arguments: str, master: str | None = None, stdin: bytes | Secret | None = None) -> str:
        server = self.hosts.api_url(master or self.hosts.first_master)
        command = kubectl_command(server, "-n", self.namespace, *arguments)
        return self.hosts.first.check(command, stdin=stdin, deadline=120)

    def apply(self, *documents: dict[str, Any]) -> None:
        for document in documents:
            self.kubectl("create", "-f", "-", stdin=json.dumps(document).encode())

    def pods(self) -> tuple[kubernetes.Pod, ...]:
        return kubernetes.pods(self.kubectl("get", "pods", "-o", "json"))

    def pod(self, name: str, node: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
        """A web server that may run on one node only, and tolerates nothing."""
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels or {}},
            "spec": {
                "nodeSelector": {"kubernetes.io/hostname": self._hostname(node)},
                "terminationGracePeriodSeconds": 0,
                "containers": [self.container()],
            },
        }

    def container(self) -> dict[str, Any]:
        return {
            "name": "web",
            "image": self.hosts.inventory.workload.image,
            "ports": [{"containerPort": WEB_PORT}],
            "readinessProbe": {"httpGet": {"path": "/", "port": WEB_PORT}, "periodSeconds": 1},
        }

    def _hostname(self, node: str) -> str:
        found = kubernetes.node(self.hosts.kubectl("get", "node", node, "-o", "json"))
        return found.labels["kubernetes.io/hostname"]

    def web_service(self, replicas: int) -> str:
        """A Service in front of several web pods that are ready; its cluster address."""
        labels = {"app": "web"}
        self.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "web"},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {
                            "terminationGracePeriodSeconds": 0,
                            "containers": [self.container()],
                            "topologySpreadConstraints": [
                                {
                                    "maxSkew": 1,
                                    "topologyKey": "kubernetes.io/hostname",
                                    "whenUnsatisfiable": "ScheduleAnyway",
                                    "labelSelector": {"matchLabels": labels},
                                }
                            ],
                        },
                    },
                },
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web"},
                "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": WEB_PORT}]},
            },
        )

        def missing() -> str:
            ready = [pod for pod in self.pods() if pod.ready]
            return "" if len(ready) == replicas else f"{len(ready)} of {replicas} pods are ready"

        wait_until("the trial's web service", missing, 90)
        address: str = json.loads(self.kubectl("get", "service", "web", "-o", "json"))["spec"]["clusterIP"]
        self._heard_of(address)
        return address

    def resolved(self, node: str, name: str) -> str:
        """The address that the cluster's DNS gives for `name`, asked over TCP from a node."""
        service = json.loads(self.hosts.kubectl("-n", "kube-system", "get", "service", "kube-dns", "-o", "json"))
        query = dns.message.make_query(name, dns.rdatatype.A).to_wire()
        channel = self.hosts.fleet[node].dial(service["spec"]["clusterIP"], 53)
        try:
            channel.sendall(len(query).to_bytes(2, "big") + query)
            size = int.from_bytes(_exactly(channel, 2), "big")
            answer = dns.message.from_wire(_exactly(channel, size))
        finally:
            channel.close()
        found = [record.address for rrset in answer.answer for record in rrset if record.rdtype == dns.rdatatype.A]
        return str(found[0]) if found else ""

    def unresolved(self, nodes: Iterable[str], name: str, address: str) -> str:
        """Where the cluster's DNS does not give `address` for `name`; empty once it does from all these nodes."""
        found = {node: self.resolved(node, name) for node in nodes}
        return ", ".join(f"{node}: {one or 'nothing'}" for node, one in found.items() if one != address)

    @property
    def dns_domain(self) -> str:
        found = self.hosts.kubectl("-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", "json")
        return kubernetes.cluster_configuration(found).dns_domain

    def token_reviewed(self, issuer: str, reviewer: str) -> str:
        """Whose token it is that `issuer`'s apiserver made, as `reviewer`'s says; empty if refused."""
        token = Secret(self.kubectl("create", "token", "default", master=issuer).strip().encode())
        review = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token.reveal().decode()},
        }
        answer = self.kubectl(
            "create",
            "-f",
            "-",
            "-o",
            "jsonpath={.status.user.username}",
            master=reviewer,
            stdin=Secret(json.dumps(review).encode()),
        )
        return answer.strip()

    def _heard_of(self, address: str) -> None:
        """Give every node's kube-proxy a moment to hear of a Service; which one never does, the case says."""

        def missing() -> str:
            silent = []
            for name in self.hosts.inventory.nodes:
                try:
                    self.status_of(name, address)
                except (DialFailed, wire.WireError) as error:
                    silent.append(f"{name}: {error}")
            return "; ".join(silent)

        with suppress(NeverCameError):
            wait_until(f"the service at {address}", missing, 20)

    def status_of(self, node: str, address: str) -> int:
        """The HTTP status that a node gets from the service at `address`."""
        return wire.get(self.hosts.fleet[node].dial(address, 80), "/", address).status


def _exactly(channel: wire.Channel, size: int) -> bytes:
    whole = b""
    while len(whole) < size:
        part = channel.recv(size - len(whole))
        if not part:
            raise wire.WireError(f"the answer ended after {len(whole)} of {size} bytes")
        whole += part
    return whole


@pytest.fixture(scope="module")
def trial(hosts: Hosts) -> Iterator[Trial]:
    """A namespace that goes with the module, whatever its cases did."""
    namespace = f"kubeadm-ha-trial-{secrets.token_hex(3)}"
    hosts.kubectl("create", "namespace", namespace)

    def no_account_yet() -> str:
        found = hosts.kubectl("-n", namespace, "get", "serviceaccounts", "-o", "name")
        return "" if "serviceaccount/default" in found else "no default ServiceAccount"

    try:
        wait_until(f"namespace {namespace}", no_account_yet, 30)
        yield Trial(hosts, namespace)
    finally:
        hosts.kubectl("delete", "namespace", namespace, "--wait=false")
