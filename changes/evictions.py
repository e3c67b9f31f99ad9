"""Ordinary pods moved off a node by evictions, which honour disruption budgets; nothing is deleted past them."""

import json
from dataclasses import dataclass

from changes.change import SO, Look
from formats import kubernetes
from nodes.hosts import Hosts
from nodes.waiting import wait_until


@dataclass(frozen=True)
class NoOrdinaryPods:
    """No pod on the node that its taint would not let in: DaemonSets' and static pods stay."""

    node: str
    taint: kubernetes.Taint
    deadline: float = 300.0

    def __str__(self) -> str:
        return f"{self.node}: no ordinary pods"

    def look(self, hosts: Hosts) -> Look:
        pods = self._pods(hosts)
        if not pods:
            return SO
        return Look(
            so=False,
            seen=f"{len(pods)} ordinary pods: " + ", ".join(map(str, pods)),
            diff="".join(f"- evict {pod}\n" for pod in pods),
        )

    def do(self, hosts: Hosts) -> None:
        asked: set[str] = set()
        # Who is told to go may take the time that it was promised.
        promised = max((pod.grace_seconds for pod in self._pods(hosts)), default=0)

        def still_there() -> str:
            pods = self._pods(hosts)
            refusals = []
            for pod in pods:
                if pod.uid in asked:
                    continue
                eviction = {
                    "apiVersion": "policy/v1",
                    "kind": "Eviction",
                    "metadata": {"name": pod.name, "namespace": pod.namespace},
                    "deleteOptions": {"preconditions": {"uid": pod.uid}},
                }
                path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/eviction"
                try:
                    hosts.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction).encode())
                    asked.add(pod.uid)
                except Exception as error:  # a budget that allows none now may allow one in a moment
                    refusals.append(f"{pod} {_why_not(pod, error)}")
            return "; ".join(refusals) or ", ".join(f"{pod} is leaving" for pod in pods)

        wait_until(str(self), still_there, self.deadline + promised)

    def _pods(self, hosts: Hosts) -> list[kubernetes.Pod]:
        listed = kubernetes.pods(
            hosts.kubectl("get", "pods", "-A", f"--field-selector=spec.nodeName={self.node}", "-o", "json")
        )
        return [pod for pod in listed if pod.is_ordinary(self.taint)]


def _why_not(pod: kubernetes.Pod, error: Exception) -> str:
    """kubectl's words for HTTP 429 are "TooManyRequests": a budget says no, for now."""
    said = str(error)
    if "TooManyRequests" in said or "disruption budget" in said:
        return (
            f"may not be evicted, its disruption budget allows none (`kubectl -n {pod.namespace} get pdb`): run more of"
            " it, or relax the budget, and start the same command again"
        )
    return f"was not evicted: {said}"
