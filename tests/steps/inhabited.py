"""What lives in the cluster of tests.steps.states: CoreDNS and kube-proxy as kubeadm deploys them, a web service."""

import dataclasses
import json
from typing import Any

from changes.before import Before, Host
from changes.seen import Seen
from formats import kubernetes

TOLERATING = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
EVERYTHING = {"operator": "Exists"}
CONFIG_MAPS = {
    "kube-system/kube-proxy": {"kubeconfig.conf": "clusters:\n- cluster:\n    server: https://10.27.53.32:6443\n"},
    "kube-public/cluster-info": {"kubeconfig": "clusters:\n- cluster:\n    server: https://10.27.53.32:6443\n"},
}


def pod(name: str, node: str, *, namespace: str = "default", owner: str = "ReplicaSet", **spec: Any) -> dict[str, Any]:
    """A running pod's JSON; cpu and memory are what its one container asks for."""
    asked = {key: spec.pop(key) for key in ("cpu", "memory") if key in spec}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], **spec.pop("status", {})}
    owners = [{"kind": owner, "name": name, "controller": True}] if owner else []
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": name,
            "labels": {"app": name},
            "ownerReferences": owners,
            **spec.pop("metadata", {}),
        },
        "spec": {"nodeName": node, "containers": [{"image": "web:1", "resources": {"requests": asked}}], **spec},
        "status": status,
    }


def daemon_set(name: str, namespace: str = "kube-system", image: str = "web:1", **spec: Any) -> dict[str, Any]:
    container = {"image": image, **spec.pop("container", {})}
    return {
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": {"spec": {"containers": [container], **spec}}},
    }


def budget(app: str, allowed: int, **spec: Any) -> dict[str, Any]:
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": f"{app}-budget", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": app}}, **spec},
        "status": {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1},
    }


def volume(name: str, claim: str, **spec: Any) -> dict[str, Any]:
    return {
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {"claimRef": {"namespace": "default", "name": claim}, **spec},
    }


USUAL = (
    *(
        pod(f"coredns-{node}", node, namespace="kube-system", tolerations=[TOLERATING], cpu="100m", memory="70Mi")
        for node in ("shaolin", "huashan")
    ),
    *(
        pod(f"kube-proxy-{node}", node, namespace="kube-system", owner="DaemonSet", tolerations=[EVERYTHING])
        for node in ("shaolin", "wudang", "emei", "huashan")
    ),
    pod("web-1", "wudang", cpu="100m", memory="64Mi"),
    pod("web-2", "huashan", cpu="100m", memory="64Mi"),
    budget("web-1", 1),
    daemon_set("kube-proxy", tolerations=[EVERYTHING], image="registry.k8s.io/kube-proxy:v1.37.2"),
)


def _usually(seen: Seen) -> dict[str, Any]:
    return {
        "config_maps": CONFIG_MAPS,
        "hosts": {name: Host() for name in seen.machines},
        "closed": {},
        "member_lists": {},
        "fenced": False,
        "disk_seconds": 0.002,
    }


def before(seen: Seen, *more: dict[str, Any], **values: Any) -> Before:
    """That state as it is looked at before the first change; `more` lives in the cluster too."""
    around = kubernetes.surroundings(json.dumps({"items": [*USUAL, *more]}))
    given = {one.name: getattr(seen, one.name) for one in dataclasses.fields(seen)}
    return Before(**{**given, **_usually(seen), "around": around, **values})
