"""What kubeadm would not write again from its own configuration."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from formats.kubeadm import COMPONENTS
from formats.kubernetes import ClusterConfiguration, cluster_configuration
from formats.kubernetes.configuration import Extras
from formats.manifests import parse
from formats.manifests.beyond import beyond


@pytest.fixture
def configuration(data: Path) -> ClusterConfiguration:
    return cluster_configuration((data / "kubernetes/kubeadm-config.json").read_text())


@pytest.fixture
def apiserver(data: Path) -> str:
    return (data / "manifests/shaolin/kube-apiserver.yaml").read_text()


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("node", ["shaolin", "wudang"])
def test_what_kubeadm_has_written_is_its_own(
    component: str, node: str, data: Path, configuration: ClusterConfiguration
) -> None:
    text = (data / f"manifests/{node}/{component}.yaml").read_text()
    assert beyond(parse(text), replace(configuration, extras={})) == ()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    - --secure-port", "    - --profiling=false\n    - --secure-port", "--profiling"),
        ("cpu: 250m", "cpu: 500m", "resources"),
        ("  hostNetwork: true", "  hostAliases: []\n  hostNetwork: true", "spec.hostAliases"),
        ("  containers:\n", "  containers:\n  - {name: kms, image: 'x:1'}\n", "the container kms"),
        ("  annotations:\n", "  annotations:\n    seen: by-hand\n", "the annotation seen"),
        (
            "    image: ",
            "    env: [{name: GODEBUG, value: x}, {name: HTTPS_PROXY, value: y}]\n    image: ",
            "the variable GODEBUG",
        ),
        ("  volumes:\n", "  volumes:\n  - {name: x, hostPath: {path: /x}}\n", "the volume x"),
    ],
)
def test_a_hand_edit_is_named(
    old: str, new: str, found: str, apiserver: str, configuration: ClusterConfiguration
) -> None:
    assert old in apiserver
    assert beyond(parse(apiserver.replace(old, new, 1)), replace(configuration, extras={})) == (found,)


def test_what_the_configuration_has_is_no_hand_edit_and_what_the_manifest_lacks_of_it_is(
    apiserver: str, configuration: ClusterConfiguration
) -> None:
    extras = Extras((("profiling", "false"), ("authorization-mode", "Node,RBAC")), ("x",), ("GODEBUG",))
    configured = replace(configuration, extras={"kube-apiserver": extras})
    assert beyond(parse(apiserver), configured) == ("--profiling", "the volume x", "the variable GODEBUG")
    edited = apiserver.replace("    - --secure-port", "    - --profiling=false\n    - --secure-port")
    edited = edited.replace("    image: ", "    env: [{name: GODEBUG, value: x}]\n    image: ")
    edited = edited.replace("  volumes:\n", "  volumes:\n  - {name: x, hostPath: {path: /x}}\n")
    assert beyond(parse(edited), configured) == ()
    assert beyond(parse(edited.replace("profiling=false", "profiling=true")), configured) == ("--profiling",)


@pytest.mark.parametrize("arguments", ["[{name: a, value: '1'}, {name: a, value: '2'}]", "{a: '2'}"])
def test_extra_arguments_are_read_as_both_versions_write_them(arguments: str) -> None:
    text = f"kind: ClusterConfiguration\nkubernetesVersion: v1\netcd: {{local: {{extraArgs: {arguments}}}}}\n"
    found = cluster_configuration(_config_map(text)).extras["etcd"].arguments
    assert found[-1] == ("a", "2")
    assert len(found) == (2 if arguments.startswith("[") else 1)


def _config_map(text: str) -> str:

    return json.dumps({"kind": "ConfigMap", "data": {"ClusterConfiguration": text}})
