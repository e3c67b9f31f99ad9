"""DaemonSets: what runs on every node, or on those that it selects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formats.kubernetes.taints import Taint, Toleration, toleration


@dataclass(frozen=True)
class DaemonSet:
    """`environment` has what its containers are told in plain words, none of what comes from Secrets."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    images: tuple[str, ...]
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    tolerations: tuple[Toleration, ...]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def tolerates(self, taint: Taint) -> bool:
        return any(one.of(taint) for one in self.tolerations)


def daemon_set(found: Mapping[str, Any]) -> DaemonSet:
    """From a DaemonSet's JSON."""
    metadata, spec = found["metadata"], found["spec"]["template"]["spec"]
    containers = spec["containers"]
    return DaemonSet(
        name=metadata["name"],
        namespace=metadata["namespace"],
        labels=metadata.get("labels") or {},
        images=tuple(container["image"] for container in containers),
        arguments=tuple(str(word) for one in containers for key in ("command", "args") for word in one.get(key) or ()),
        environment={
            variable["name"]: variable["value"]
            for container in containers
            for variable in container.get("env") or ()
            if "value" in variable
        },
        tolerations=tuple(map(toleration, spec.get("tolerations") or ())),
    )
