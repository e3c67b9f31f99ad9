"""What is read of one machine, by the very script in a real shell; what a test machine lacks is stood in for."""

import platform
from dataclasses import replace

import pytest

from changes.etcd_birth import TOKEN
from changes.observe import cluster as observe
from changes.observe.machines import machine as look
from changes.seen import Machine
from nodes.first_master import ASIDE
from nodes.hosts import Hosts
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs
from tests.steps import states

MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"


@pytest.fixture(autouse=True)
def machine(programs: Programs) -> Programs:
    programs.add("ss", "echo 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*'; echo 'LISTEN 0 128 [::]:10250 [::]:*'")
    programs.add("ctr", "echo registry.k8s.io/etcd:3.7.3-0; echo registry.k8s.io/pause:3.10")
    programs.add("kubeadm", "")
    programs.add("nginx", f"echo '{states.NGINX}' >&2")
    programs.add("df", "echo '    Avail'; echo '21474836480'")
    return programs


@pytest.fixture
def cluster(both: Hosts) -> Hosts:
    return replace(both, inventory=states.inventory(balancers=("wudang",)))


def seen(cluster: Hosts) -> Machine:
    return look(cluster, "wudang")


def test_an_empty_machine(cluster: Hosts) -> None:
    found = seen(cluster)
    assert found.nginx_program.endswith("/bin/nginx")
    assert replace(found, stream_module=False, nginx_program="") == Machine(
        hostname=platform.node(),
        manifests={},
        etcd_data=False,
        old_etcd=(),
        etcd_token="",
        missing=frozenset(),
        images=frozenset({"registry.k8s.io/etcd:3.7.3-0", "registry.k8s.io/pause:3.10"}),
        free_bytes=20 << 30,
        listening=frozenset({22, 10250}),
        nginx=states.NGINX,
        nginx_program="",
        stream_module=False,
        balancer=False,
    )


def test_manifests_are_read_byte_for_byte(cluster: Hosts, wudang: FolderHost) -> None:
    """What is compared with them must be theirs; what else lies in the folder is no component's."""
    texts = states.sample_manifests("extras-wudang")
    for component, text in texts.items():
        wudang.put(f"/etc/kubernetes/manifests/{component}.yaml", text, 0o600)
    wudang.put("/etc/kubernetes/manifests/other.yaml", "kind: Pod\n", 0o600)
    assert seen(cluster).manifests == texts


def test_an_empty_folder_is_no_database(cluster: Hosts, wudang: FolderHost) -> None:
    """kubeadm makes it, and a volume of its own has a lost+found."""
    wudang.at("/var/lib/etcd/lost+found").mkdir(parents=True)
    assert not seen(cluster).etcd_data
    wudang.at("/var/lib/etcd/member").mkdir()
    assert seen(cluster).etcd_data


def test_a_stream_module_that_is_compiled_in_needs_no_file(cluster: Hosts, machine: Programs) -> None:
    machine.add("nginx", "echo 'configure arguments: --with-stream' >&2")
    assert seen(cluster).stream_module


def test_a_stream_module_that_is_a_file_must_be_there(cluster: Hosts, machine: Programs) -> None:
    arguments = f"configure arguments: --modules-path={machine.state} --with-stream=dynamic"
    machine.add("nginx", f"echo '{arguments}' >&2")
    assert not seen(cluster).stream_module
    (machine.state / "ngx_stream_module.so").touch()
    assert seen(cluster).stream_module


def test_modules_lie_below_the_prefix_where_no_other_place_is_said(cluster: Hosts, machine: Programs) -> None:
    """nginx built from its sources."""
    machine.add("nginx", f"echo 'configure arguments: --prefix={machine.state} --with-stream=dynamic' >&2")
    assert not seen(cluster).stream_module
    (machine.state / "modules").mkdir()
    (machine.state / "modules/ngx_stream_module.so").touch()
    assert seen(cluster).stream_module


def test_the_runbooks_own_balancer_is_known_by_its_configuration(cluster: Hosts, wudang: FolderHost) -> None:
    wudang.put("/etc/kubeadm-ha/balancer.conf", "")
    assert seen(cluster).balancer


def test_a_database_of_the_road_mirror_is_known_by_its_token(cluster: Hosts, wudang: FolderHost) -> None:
    wudang.put(TOKEN, "mirror-of-cafe\n", 0o600)
    assert seen(cluster).etcd_token == "mirror-of-cafe"  # noqa: S105  # of etcd


@pytest.mark.parametrize("road", ["grow", "mirror"])
def test_each_road_asks_for_programs_of_its_own(
    both: Hosts, shaolin: FolderHost, wudang: FolderHost, road: str
) -> None:
    cluster = replace(both, inventory=states.inventory(etcd=road))
    asked = {}
    for host in (shaolin, wudang):
        look(cluster, host.name)
        (line,) = (line for line in host.commands[-1].splitlines() if line.startswith("for program in "))
        asked[host.name] = set(line.partition(";")[0].split()[3:])
    own = {"shaolin": {"bash", "flock", "kubectl", "kubeadm"}, "wudang": {"kubeadm"}}
    more = {
        "shaolin": {"awk", "cmp", "comm", "ctr", "paste", "ss", "systemd-run", "xargs"},
        "wudang": {"awk", "ctr", "split"},
    }
    wanted = own if road == "grow" else {name: own[name] | more[name] for name in own}
    assert asked == wanted


@pytest.mark.parametrize("aside", [(), ("etcd",), ("kube-apiserver",), ("etcd", "kube-apiserver")])
def test_the_first_masters_manifests_are_seen_as_they_were(
    both: Hosts, shaolin: FolderHost, aside: tuple[str, ...]
) -> None:
    """Behind the switch of the road `mirror`, where two of them lie aside."""
    texts = states.sample_manifests()
    for name in aside:
        shaolin.put(ASIDE[name], texts[name], 0o600)
    there = {name: text for name, text in texts.items() if name not in aside}
    assert observe._with_those_aside(both, there) == texts


def test_a_manifest_that_is_nowhere_is_not_there(both: Hosts) -> None:
    assert observe._with_those_aside(both, {"etcd": "kind: Pod\n"}) == {"etcd": "kind: Pod\n"}
