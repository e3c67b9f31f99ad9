"""What a kubelet reads in its manifests folder, and how a master's manifests differ from the first one's."""

import pytest

from checks.gathering import Gathered
from checks.static_pods import FOLDER, StaticPods, named_twice
from formats.kubeadm import COMPONENTS
from nodes.hosts import Hosts
from tests.steps import states

POD = "kind: Pod\nmetadata: {name: kube-scheduler, namespace: kube-system}\n"


def files(text: str = "", **others: str) -> dict[str, str]:
    return {f"{FOLDER}/{name}.yaml": text for name, text in {"kube-scheduler": text, **others}.items()}


def test_a_backup_names_the_pod_of_its_original() -> None:
    found = named_twice({f"{FOLDER}/a.yaml": POD, f"{FOLDER}/a.yaml.bak": POD})
    assert found == [f"{FOLDER}/a.yaml and {FOLDER}/a.yaml.bak name the pod kube-system/kube-scheduler"]


def test_pods_of_other_names_or_namespaces_are_welcome() -> None:
    others = {"b": POD.replace("kube-system", "other"), "c": POD.replace("kube-scheduler", "kube-vip")}
    assert named_twice({"a": POD, **others}) == []


@pytest.mark.parametrize("text", ["", "just words", "kind: Pod\n", "metadata: {}\n", "a: [b"])
def test_a_file_that_is_no_manifest_is_named(text: str) -> None:
    assert named_twice({"a": POD, "b": text}) == ["b is no manifest of a pod"]


def pods(**edits: str) -> StaticPods:
    hosts = Hosts(None, states.inventory(), "shaolin")  # type: ignore[arg-type]
    return StaticPods(hosts, manifests(**edits), Gathered({"shaolin": "shaolin"}))


def manifests(**edits: str) -> Gathered[dict[str, str]]:
    """The first master's, and wudang's as the runbook wrote them, with these in their place."""
    own = {name: states.rendered("wudang", name) for name in COMPONENTS} | edits
    return Gathered(
        {
            "shaolin": {f"{FOLDER}/{name}.yaml": text for name, text in states.sample_manifests().items()},
            "wudang": {f"{FOLDER}/{name}.yaml": text for name, text in own.items() if text},
        }
    )


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("master", ["shaolin", "wudang"])
def test_what_the_runbook_writes_does_not_differ(master: str, component: str) -> None:
    assert pods().drift(master, component) == []


def test_a_flag_that_differs_is_told_with_both_values() -> None:
    text = states.rendered("wudang", "kube-scheduler").replace("--leader-elect=true", "--leader-elect=false")
    found = pods(**{"kube-scheduler": text}).drift("wudang", "kube-scheduler")
    assert found == ["--leader-elect: false here, true there"]


def test_who_was_there_when_a_member_joined_is_no_difference() -> None:
    text = states.rendered("wudang", "etcd").replace("--initial-cluster=", "--initial-cluster=emei=https://[::1]:2380,")
    assert pods(etcd=text).drift("wudang", "etcd") == []


def test_a_manifest_that_is_not_there_is_named() -> None:
    found = pods(etcd="").drift("wudang", "etcd")
    assert found == [f"wudang has no {FOLDER}/etcd.yaml"]
