"""Which of a node's connections are those to an API."""

from checks.connections import connected_to

PLACES = {("10.27.53.32", 6443), ("10.24.138.208", 6443), ("10.27.52.72", 6443), ("10.27.52.72", 8443)}
TABLE = """\
0 0 10.27.52.72:41000 10.27.52.72:6443 users:(("kubelet",pid=7,fd=9))
0 0 10.27.52.72:41002 10.244.2.7:8443 users:(("kubelet",pid=7,fd=11))
0 0 10.27.52.72:41004 10.244.2.8:6443 users:(("kubelet",pid=7,fd=12))
0 0 10.27.52.72:41006 10.27.53.32:8443 users:(("kubelet",pid=7,fd=13))
0 0 10.27.52.72:41008 10.27.52.72:8443 users:(("kube-proxy",pid=8,fd=9))
0 0 10.27.52.72:10250 10.27.53.32:51000 users:(("kubelet",pid=7,fd=14))
0 0 10.27.52.72:41010 10.27.53.32:6443 users:(("kube-controller",pid=9,fd=9))
0 0 127.0.0.1:41012 127.0.0.1:6443 users:(("kube-scheduler",pid=10,fd=9))
"""


def test_a_pods_port_of_the_same_number_is_no_api() -> None:
    """The kubelet's probes: 10.244.2.7 serves on the endpoint's port, and 10.27.53.32 is no balancer."""
    found = connected_to(PLACES, TABLE)
    assert found.kubelet == {("10.27.52.72", 6443)}
    assert found.kube_proxy == {("10.27.52.72", 8443)}


def test_whoever_is_connected_elsewhere_has_no_connection() -> None:
    found = connected_to({("10.27.53.32", 6443)}, TABLE)
    assert (found.kubelet, found.kube_proxy) == (frozenset(), frozenset())


def test_controllers_are_told_by_the_fifteen_characters_that_the_kernel_keeps() -> None:
    found = connected_to(PLACES, TABLE).controllers
    assert found["kube-controller-manager"] == {("10.27.53.32", 6443)}
    # one that is to be at its own master may also go there by the loopback
    assert found["kube-scheduler"] == {("127.0.0.1", 6443)}
