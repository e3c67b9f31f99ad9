"""What must be so before anything else is asked, read from a folder and from a `kubectl` that is stood in for."""

import json
from dataclasses import replace

import pytest

from changes.observe import Footing, footing
from formats.kubeadm import COMPONENTS
from nodes.first_master import ASIDE, MIRROR
from nodes.hosts import Hosts
from nodes.switch import MANIFEST, PARKED, PROOF
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs
from tests.steps import states

ADMIN = (states.DATA / "kubeconfigs/admin.conf").read_text()


@pytest.fixture
def cluster(both: Hosts, shaolin: FolderHost, programs: Programs) -> Hosts:
    for component, text in states.sample_manifests().items():
        shaolin.put(f"/etc/kubernetes/manifests/{component}.yaml", text, 0o600)
    shaolin.put("/etc/kubernetes/admin.conf", ADMIN, 0o600)
    (programs.state / "answer").write_text((states.DATA / "kubernetes/kubeadm-config.json").read_text())
    programs.add("kubectl", 'cat "$STATE/answer"')
    return replace(both, inventory=states.inventory())


def test_a_cluster_of_kubeadms(cluster: Hosts) -> None:
    four = frozenset({"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"})
    found = footing(cluster)
    assert replace(found, administrator="") == Footing("shaolin", True, four, (), "", "", fenced=False, left=False)


def test_a_configuration_that_is_not_there_or_no_configuration(cluster: Hosts, programs: Programs) -> None:
    (programs.state / "answer").write_text("")
    assert footing(cluster).configuration == "there is no such ConfigMap"
    empty = {"kind": "ConfigMap", "data": {"ClusterConfiguration": "kind: Other\n"}}
    (programs.state / "answer").write_text(json.dumps(empty))
    assert footing(cluster).configuration == "the ConfigMap kubeadm-config holds no ClusterConfiguration"


def test_an_etcd_that_is_somewhere_else(cluster: Hosts, shaolin: FolderHost) -> None:
    shaolin.at("/etc/kubernetes/manifests/etcd.yaml").unlink()
    assert "etcd" not in footing(cluster).static_pods


def test_an_admin_conf_without_a_certificate_is_told_without_what_is_in_it(cluster: Hosts, shaolin: FolderHost) -> None:
    shaolin.put("/etc/kubernetes/admin.conf", "kind: Config\nusers: [{name: a, user: {token: secret}}]\n", 0o600)
    assert "secret" not in footing(cluster).administrator
    assert footing(cluster).administrator.startswith("shaolin: /etc/kubernetes/admin.conf")


def test_manifests_that_the_switch_has_put_aside_are_there(cluster: Hosts, shaolin: FolderHost) -> None:
    for name, aside in ASIDE.items():
        shaolin.put(aside, shaolin.text(f"/etc/kubernetes/manifests/{name}.yaml"))
        shaolin.at(f"/etc/kubernetes/manifests/{name}.yaml").unlink()
    assert footing(cluster).static_pods == set(COMPONENTS)


def test_a_mirror_that_was_begun_and_is_not_at_its_end_is_left_for_the_other_road(
    cluster: Hosts, shaolin: FolderHost
) -> None:
    mirror = replace(cluster, inventory=states.inventory(etcd="mirror"))
    apiserver = shaolin.text(MANIFEST)
    assert not footing(cluster).left
    for happens in (
        lambda: shaolin.put(MIRROR, "{}"),
        lambda: shaolin.at(MANIFEST).rename(shaolin.at(PARKED)),
        lambda: shaolin.put(PROOF, "{}"),
    ):
        happens()
        assert footing(cluster).left
        assert not footing(mirror).left
    shaolin.put(MANIFEST, apiserver, 0o600)
    assert not footing(cluster).left
