"""What lives in a cluster, from one answer that mixes kinds."""

import json
from typing import Any

import pytest

from formats.kubernetes import KubernetesOutputError, Surroundings, surroundings


def read(*items: dict[str, Any]) -> Surroundings:
    return surroundings(json.dumps({"kind": "List", "items": list(items)}))


def named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop", "uid": name}, **more}


def test_kinds_are_told_apart() -> None:
    container = {
        "image": "web:1",
        "args": ["--ignore-exclude-lb"],
        "env": [{"name": "HOST", "value": "10.0.0.1"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {}}}],
    }
    found = read(
        named("Pod", "a", spec={"containers": [{"image": "web:1"}], "nodeName": "emei"}),
        named("Pod", "b", spec={"containers": [{"image": "web:1"}]}, status={"phase": "Failed"}),
        named("DaemonSet", "agent", spec={"template": {"spec": {"containers": [container]}}}),
        named("Service", "inside", spec={"type": "ClusterIP"}),
        named("Service", "outside", spec={"type": "LoadBalancer"}),
    )
    assert [pod.name for pod in found.pods] == ["a", "b"]
    assert [pod.name for pod in found.on("emei")] == ["a"]
    (agent,) = found.daemon_sets
    assert (str(agent), agent.arguments, agent.environment) == (
        "shop/agent",
        ("--ignore-exclude-lb",),
        {"HOST": "10.0.0.1"},
    )
    assert found.balanced == ("shop/outside",)


def test_a_pods_ties_are_read() -> None:
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    spec = {
        "containers": [{"image": "web:1", "ports": [{"containerPort": 80, "hostPort": 80}]}],
        "volumes": [claim, {"name": "own", "ephemeral": {}}, {"name": "tmp", "emptyDir": {}}, {"name": "cfg"}],
        "priority": 2000000000,
    }
    owners = [{"kind": "Job", "name": "j"}, {"kind": "ReplicaSet", "name": "r", "controller": True}]
    metadata = {"name": "a", "namespace": "n", "uid": "", "ownerReferences": owners}
    (pod,) = read({"kind": "Pod", "metadata": metadata, "spec": spec}).pods
    assert (pod.claims, pod.scratch, pod.controller) == (("data", "a-own"), ("tmp",), "ReplicaSet r")
    assert pod.is_critical
    assert pod.particular


def test_address_rules_cover_their_block_less_the_exceptions() -> None:
    block = {"ipBlock": {"cidr": "10.27.0.0/16", "except": ["10.27.53.0/24"]}}
    policy = named("NetworkPolicy", "api", spec={"egress": [{"to": [block, {"podSelector": {}}]}], "ingress": [{}]})
    (rule,) = read(policy).address_rules
    assert rule.policy == "shop/api"
    assert rule.covers("10.27.52.72")
    assert not rule.covers("10.27.53.32")
    assert not rule.covers("10.24.138.208")


def test_webhooks_at_an_address_are_known_by_it() -> None:
    hooks = [
        {"name": "far.example", "clientConfig": {"url": "https://10.27.53.32:9443/validate"}},
        {"name": "near.example", "clientConfig": {"service": {"name": "hook", "namespace": "shop"}}},
    ]
    found = read({"kind": "ValidatingWebhookConfiguration", "webhooks": hooks})
    assert found.webhooks == {"far.example": "10.27.53.32"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"items": [{"kind": "Pod"}]}'])
def test_what_is_no_list_of_objects_is_told(text: str) -> None:
    with pytest.raises(KubernetesOutputError, match="not the JSON of a list of objects"):
        surroundings(text)
