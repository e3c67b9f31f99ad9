"""What lives in a cluster and is touched by its masters' becoming more: read in one request."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from formats.kubernetes.budgets import Budget, budget
from formats.kubernetes.daemon_sets import DaemonSet, daemon_set
from formats.kubernetes.objects import KubernetesOutputError
from formats.kubernetes.pods import Pod, pod
from formats.kubernetes.volumes import Volume, volume

T = TypeVar("T")

KINDS: Final = (
    "pods",
    "poddisruptionbudgets.policy",
    "daemonsets.apps",
    "services",
    "persistentvolumes",
    "networkpolicies.networking.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
"""What to ask for: `kubectl get KINDS --all-namespaces -o json`."""


@dataclass(frozen=True)
class AddressRule:
    """A block of addresses that a NetworkPolicy lets through, less its exceptions."""

    policy: str
    """namespace/name"""
    block: str
    exceptions: tuple[str, ...]

    def covers(self, address: str) -> bool:
        def within(block: str) -> bool:
            return ip_address(address) in ip_network(block, strict=False)

        return within(self.block) and not any(map(within, self.exceptions))


@dataclass(frozen=True)
class Surroundings:
    """balanced: Services of type LoadBalancer, namespace/name. webhooks: host of each URL, by the hook's name."""

    pods: tuple[Pod, ...]
    budgets: tuple[Budget, ...]
    daemon_sets: tuple[DaemonSet, ...]
    volumes: tuple[Volume, ...]
    balanced: tuple[str, ...]
    address_rules: tuple[AddressRule, ...]
    webhooks: Mapping[str, str]

    def on(self, node: str) -> tuple[Pod, ...]:
        """The pods there that still count: those that have ended take no room."""
        return tuple(pod for pod in self.pods if pod.node == node and not pod.has_ended)


def surroundings(text: str) -> Surroundings:
    """From the answer to a request for KINDS. KubernetesOutputError where it is none."""
    try:
        found = json.loads(text)
        by_kind: dict[str, list[Mapping[str, Any]]] = {}
        for item in found["items"]:
            by_kind.setdefault(item["kind"], []).append(item)

        def every(kind: str, convert: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
            return tuple(convert(item) for item in by_kind.get(kind, ()))

        hooks = [
            hook
            for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
            for item in by_kind.get(kind, ())
            for hook in item.get("webhooks") or ()
        ]
        return Surroundings(
            pods=every("Pod", pod),
            budgets=every("PodDisruptionBudget", budget),
            daemon_sets=every("DaemonSet", daemon_set),
            volumes=every("PersistentVolume", volume),
            balanced=tuple(
                _named(item) for item in by_kind.get("Service", ()) if item["spec"].get("type") == "LoadBalancer"
            ),
            address_rules=tuple(rule for item in by_kind.get("NetworkPolicy", ()) for rule in _address_rules(item)),
            webhooks={
                hook["name"]: urlsplit(hook["clientConfig"]["url"]).hostname or ""
                for hook in hooks
                if hook["clientConfig"].get("url")
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KubernetesOutputError(f"not the JSON of a list of objects ({type(error).__name__}: {error})") from None


def _named(item: Mapping[str, Any]) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"


def _address_rules(item: Mapping[str, Any]) -> tuple[AddressRule, ...]:
    spec = item["spec"]
    peers = [
        peer
        for direction, side in (("ingress", "from"), ("egress", "to"))
        for rule in spec.get(direction) or ()
        for peer in rule.get(side) or ()
    ]
    return tuple(
        AddressRule(_named(item), peer["ipBlock"]["cidr"], tuple(peer["ipBlock"].get("except") or ()))
        for peer in peers
        if "ipBlock" in peer
    )
