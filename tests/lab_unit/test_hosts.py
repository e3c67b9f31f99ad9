"""The hosts that the lab reads from nodes.yaml, and what it says about those that it cannot make."""

from pathlib import Path

import pytest

from lab.hosts import Host, Hosts, load
from lab.places import NODES_FILE
from lab.refusals import Refusal

SSH = "ssh: {key: k, known_hosts: h}\n"


def test_hosts_are_in_the_order_of_the_file_and_the_first_master_is_known(hosts: Hosts) -> None:
    assert hosts.all[0] == Host("shaolin", "10.27.53.32", "master", node="shaolin")
    assert [host.name for host in hosts.all] == ["shaolin", "wudang", "huashan"]
    assert hosts.first_master.name == "shaolin"
    assert [host.name for host in hosts.joining] == ["wudang", "huashan"]


def test_paths_are_relative_to_the_file(hosts: Hosts, tmp_path: Path) -> None:
    assert hosts.key == tmp_path / ".lab" / "id"
    assert hosts.admin_conf == tmp_path / ".lab" / "admin.conf"


def test_the_project_s_own_file_is_readable() -> None:
    assert load(NODES_FILE).first_master.name == "shaolin"


def test_an_unknown_host_is_refused_with_the_known_ones(hosts: Hosts) -> None:
    with pytest.raises(Refusal, match=r"no host 'nobody' in .*: it has shaolin, wudang, huashan"):
        hosts.named("nobody")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SSH, "the lab needs nodes: "),
        (SSH + "nodes: [shaolin]", "the lab needs nodes: "),
        ("nodes: {a: {address: 10.0.0.1, role: master}}", "the lab needs nodes: "),
        (SSH + "\t", "which it could not"),
        (SSH + "nodes: {a: {address: 10.0.0.1, role: worker}}", "no node of .* has the role master"),
        (SSH + "nodes: {a: {address: 10.0.0.1, role: boss}}", "a: the role is master or worker, not 'boss'"),
        (SSH + "nodes: {a: {address: fd00::1, role: master}}", "a: the lab's hosts have IPv4 addresses"),
        (SSH + "nodes: {A_b: {address: 10.0.0.1, role: master}}", "cannot name a host 'A_b'"),
        (SSH + "nodes: {longer-than-11: {address: 10.0.0.1, role: master}}", "at most 11 characters"),
        (
            SSH + "nodes: {a: {address: 10.0.0.1, role: master}, b: {address: 10.0.0.1, role: worker}}",
            "have the same address",
        ),
    ],
)
def test_what_the_lab_cannot_make_hosts_of_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "nodes.yaml"
    path.write_text(text)
    with pytest.raises(Refusal, match=said):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="which it could not"):
        load(tmp_path / "nodes.yaml")
