"""Whom a process is connected to, from `ss -Htnp state established`."""

import pytest

from formats.connections import peers

TABLE = """\
0      0         10.27.52.80:39642   10.27.53.32:6443  users:(("kubelet",pid=712,fd=21))
0      0         10.27.52.80:39650   10.27.53.32:6443  users:(("kubelet",pid=712,fd=22))
0      36        10.27.52.80:22      10.27.52.1:51514  users:(("sshd-session",pid=9,fd=7),("sshd",pid=8,fd=7))
0      0         127.0.0.1:10248     127.0.0.1:55012   users:(("kubelet",pid=712,fd=9))
0      0         10.27.52.80:41020   10.27.52.72:8443  users:(("kube-proxy",pid=1401,fd=11))
0      0         10.27.52.80:52000   10.96.0.1:443     users:(("kube-controller",pid=99,fd=5))
0      0         10.27.52.80:52001   10.96.0.2:443
"""


@pytest.mark.parametrize(
    ("process", "found"),
    [
        ("kubelet", {("10.27.53.32", 6443), ("127.0.0.1", 55012)}),
        ("kube-proxy", {("10.27.52.72", 8443)}),
        ("kube-controller-manager", {("10.96.0.1", 443)}),
        ("sshd", {("10.27.52.1", 51514)}),
        ("kube", set()),
        ("proxy", set()),
    ],
)
def test_the_peers_are_those_of_the_process_of_that_very_name(process: str, found: set[tuple[str, int]]) -> None:
    assert peers(TABLE, process) == found


@pytest.mark.parametrize(
    ("peer", "found"),
    [
        ("[fd00:27:53::32]:6443", ("fd00:27:53::32", 6443)),
        ("[::1]:6443", ("::1", 6443)),
        ("[::ffff:10.27.53.32]:6443", ("10.27.53.32", 6443)),
        ("[fe80::1]%eth0:6443", ("fe80::1", 6443)),
        ("10.27.53.32%eth0:6443", ("10.27.53.32", 6443)),
    ],
)
def test_a_peers_address_is_read_as_ss_writes_it(peer: str, found: tuple[str, int]) -> None:
    table = f'0 0 [::ffff:10.27.52.80]:39642 {peer} users:(("kubelet",pid=712,fd=21))\n'
    assert peers(table, "kubelet") == {found}


@pytest.mark.parametrize("table", ["", "\n", "Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"])
def test_where_there_is_no_connection_there_is_no_peer(table: str) -> None:
    assert peers(table, "kubelet") == set()
