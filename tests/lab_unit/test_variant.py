"""Clusters that are not the usual one: that each says what it is in words the lab knows, and only that differs."""

import re
from pathlib import Path
from string import Template

import pytest
import yaml

from lab import components, places, variant
from lab.hosts import Hosts
from lab.places import FILES
from lab.refusals import Refusal
from lab.variant import USUAL, Variant

VALUES = ("name", "address", "token", "kubernetes", "etcd_tag", "coredns_tag")
INIT = Template((FILES / "kubeadm-init.yaml").read_text()).substitute(dict.fromkeys(VALUES, "x1"))


@pytest.mark.parametrize("name", variant.names())
def test_every_variant_is_readable_and_says_in_a_line_what_it_is(name: str) -> None:
    about = variant.load(name).about
    assert about
    assert "\n" not in about


@pytest.mark.parametrize("name", [name for name in variant.names() if variant.load(name).kubeadm])
def test_what_a_variant_configures_differs_from_the_usual(name: str) -> None:
    usual = {each["kind"]: each for each in yaml.safe_load_all(INIT)}
    found = variant.load(name)
    ours = {each["kind"]: each for each in yaml.safe_load_all(found.configured(INIT))}
    assert {kind for kind in usual if ours[kind] != usual[kind]} == set(found.kubeadm) & set(usual)


def test_the_usual_cluster_is_configured_by_the_file_as_it_is(hosts: Hosts) -> None:
    assert USUAL.configured(INIT) == INIT
    assert USUAL.seen_in(hosts) == hosts


def test_fields_are_merged_and_lists_get_longer() -> None:
    ours = Variant(
        name="x",
        about="x",
        kubeadm={"ClusterConfiguration": {"apiServer": {"extraArgs": [{"name": "a", "value": "b"}]}, "dns": {"x": 1}}},
    )
    [changed] = [each for each in yaml.safe_load_all(ours.configured(INIT)) if each["kind"] == "ClusterConfiguration"]
    names = [argument["name"] for argument in changed["apiServer"]["extraArgs"]]
    assert names[-1] == "a"
    assert "audit-policy-file" in names
    assert changed["dns"] == {"imageTag": "x1", "x": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("about: x\ncolour: red", "colour"),
        ("kubeadm: {}", "about"),
        ("about: x\ncomponents: [kubernetes-0.1]", "kubernetes-0.1: not one of etcd-3.7.0"),
        ("about: x\nkubeadm: {ClusterConfig: {}}", "ClusterConfig: not one of ClusterConfiguration"),
        ("about: x\nwithout: {ls: everywhere}", "ls: not one of etcdctl"),
        ("[]", "not a variant"),
        ("a: b: c", "not a variant"),
    ],
)
def test_what_would_make_the_usual_cluster_by_mistake_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setattr(variant, "VARIANTS", tmp_path)
    (tmp_path / "odd.yaml").write_text(text)
    with pytest.raises(Refusal, match=said):
        variant.load("odd")


def test_an_unknown_variant_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal, match=r"there is no variant 'nobody': there are .*ecdsa, "):
        variant.load("nobody")


def test_programs_go_from_every_host_or_from_those_that_join(hosts: Hosts) -> None:
    ours = Variant(name="x", about="x", without={"etcdctl": "everywhere", "kubectl": "joining"})
    assert ours.missing_on(hosts.named("shaolin"), hosts) == ["etcdctl"]
    assert ours.missing_on(hosts.named("wudang"), hosts) == ["etcdctl", "kubectl"]


def test_the_runbooks_nodes_file_has_the_nodes_names_and_the_way_in(hosts: Hosts) -> None:
    ours = Variant(
        name="x",
        about="x",
        node_names={"wudang": "cp-2.example"},
        login="operator",
        nodes_file={"accept": {"old-etcd": "a reason"}},
    )
    with pytest.raises(Refusal, match="no host 'nobody'"):
        Variant(name="x", about="x", node_names={"nobody": "y"}).seen_in(hosts)
    hosts.path.write_text(hosts.path.read_text() + "load_balancer: {nodes: [wudang]}\naccept: {single-balancer: one}\n")
    hosts.key.parent.mkdir()
    seen = ours.seen_in(hosts)
    variant.write_nodes_file(ours, seen)
    found = yaml.safe_load(seen.nodes_file.read_text())
    assert list(found["nodes"]) == ["shaolin", "cp-2.example", "huashan"]
    assert found["load_balancer"] == {"nodes": ["cp-2.example"]}
    assert found["ssh"] == {"key": "id", "known_hosts": "known_hosts", "user": "operator", "sudo": True}
    assert found["accept"] == {"single-balancer": "one", "old-etcd": "a reason"}
    variant.write_nodes_file(USUAL, hosts)
    assert not seen.nodes_file.exists()


def test_the_variant_that_leaves_an_old_etcd_names_the_pins_of_the_lab() -> None:
    """It has the newer version in words: a pin that is moved on is moved on there too."""
    pinned = {components.BY_NAME[name].version.lstrip("v") for name in ("etcd", "etcd-3.7.0")}
    text = (places.VARIANTS / "old-etcd-mirror.yaml").read_text()
    assert set(re.findall(r"\d+\.\d+\.\d+", text)) == pinned


def test_files_of_the_lab_have_no_key_in_them() -> None:
    for path in places.VARIANTS.glob("*.yaml"):
        assert "PRIVATE KEY" not in path.read_text()
