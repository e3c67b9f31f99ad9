"""Who else has a hand in a machine, read by the very script in a real shell."""

import os

import pytest

from changes.before import Host
from changes.observe.surroundings import surroundings
from nodes.hosts import Hosts
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs


@pytest.fixture(autouse=True)
def processes(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs.add("systemctl", f"echo {os.getpid()}; cat $STATE/pid 2>/dev/null")
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    programs.add("tr", 'shift 2; cat "$STATE/environment" 2>/dev/null || true')
    return programs


def seen(both: Hosts) -> Host:
    return surroundings(both, "wudang")


def test_a_machine_of_nobody_else(both: Hosts) -> None:
    assert seen(both) == Host()


def test_kubespray_is_known_by_two_files_and_not_by_one(both: Hosts, wudang: FolderHost) -> None:
    """Many a person keeps kubeadm's configuration in /etc/kubernetes."""
    wudang.put("/etc/kubernetes/kubeadm-config.yaml", "")
    assert seen(both).owners == ()
    wudang.put("/etc/kubernetes/kubelet.env", "")
    assert seen(both).owners == ("Kubespray",)


def test_others_are_known_by_where_they_keep_their_state(both: Hosts, wudang: FolderHost) -> None:
    for folder in ("rancher/rke2", "rancher/k3s", "k0s"):
        wudang.at(f"/var/lib/{folder}").mkdir(parents=True)
    assert seen(both).owners == ("RKE2", "k3s", "k0s")


@pytest.mark.parametrize("value", ["true", "True", "'true'", '"template"', "yes  # the image's default"])
def test_a_hosts_file_that_cloud_init_writes(both: Hosts, wudang: FolderHost, value: str) -> None:
    wudang.put("/etc/cloud/cloud.cfg", f"users: []\nmanage_etc_hosts: {value}\n")
    assert seen(both).hosts_file_written


@pytest.mark.parametrize("value", ["false", "localhost", "False"])
def test_a_hosts_file_that_cloud_init_leaves(both: Hosts, wudang: FolderHost, value: str) -> None:
    wudang.put("/etc/cloud/cloud.cfg", f"manage_etc_hosts: {value}\n")
    assert not seen(both).hosts_file_written


def test_what_cloud_init_reads_last_counts(both: Hosts, wudang: FolderHost) -> None:
    wudang.put("/etc/cloud/cloud.cfg", "manage_etc_hosts: false\n")
    wudang.put("/etc/cloud/cloud.cfg.d/90-x.cfg", "manage_etc_hosts: true\n")
    assert seen(both).hosts_file_written
    wudang.put("/var/lib/cloud/instance/cloud-config.txt", "#cloud-config\nmanage_etc_hosts: false\n")
    assert not seen(both).hosts_file_written


def test_a_cloud_init_that_is_switched_off_writes_nothing(both: Hosts, wudang: FolderHost) -> None:
    wudang.put("/etc/cloud/cloud.cfg", "manage_etc_hosts: true\n")
    wudang.put("/etc/cloud/cloud-init.disabled", "")
    assert not seen(both).hosts_file_written


def test_of_an_environment_only_the_exceptions_are_read_and_never_the_proxy(
    both: Hosts, processes: Programs, wudang: FolderHost
) -> None:
    (processes.state / "environment").write_text(
        "PATH=/bin\nHTTPS_PROXY=http://ann:secret@proxy:3128\nNO_PROXY=10.0.0.0/8,a=b\n"
    )
    assert seen(both).no_proxy == {"kubelet": "10.0.0.0/8,a=b"}


def test_who_logs_in_may_be_told_to_use_a_proxy_too(both: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "lab")
    assert seen(both).no_proxy == {"ssh": "lab"}


def test_exceptions_of_who_uses_no_proxy_do_not_matter(both: Hosts, processes: Programs) -> None:
    (processes.state / "environment").write_text("NO_PROXY=10.0.0.0/8\n")
    assert seen(both).no_proxy == {}
