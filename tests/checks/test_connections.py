"""Which of a node's connections are those to an API."""

from checks.connections import Clients, connected_to

PLACES = {("10.27.53.32", 6443), ("10.24.138.208", 6443), ("10.27.52.72", 6443), ("10.27.52.72", 8443)}
TABLE = """\
0 0 10.27.52.72:41000 10.27.52.72:6443 users:(("kubelet",pid=7,fd=9))
0 0 10.27.52.72:41002 10.244.2.7:8443 users:(("kubelet",pid=7,fd=11))
0 0 10.27.52.72:41004 10.244.2.8:6443 users:(("kubelet",pid=7,fd=12))
0 0 10.27.52.72:41006 10.27.53.32:8443 users:(("kubelet",pid=7,fd=13))
0 0 10.27.52.72:41008 10.27.52.72:8443 users:(("kube-proxy",pid=8,fd=9))
0 0 10.27.52.72:10250 10.27.53.32:51000 users:(("kubelet",pid=7,fd=14))
"""


def test_a_pods_port_of_the_same_number_is_no_api() -> None:
    """The kubelet's probes: 10.244.2.7 serves on the endpoint's port, and 10.27.53.32 is no balancer."""
    assert connected_to(PLACES, TABLE) == Clients(
        kubelet=frozenset({("10.27.52.72", 6443)}), kube_proxy=frozenset({("10.27.52.72", 8443)})
    )


def test_whoever_is_connected_elsewhere_has_no_connection() -> None:
    assert connected_to({("10.27.53.32", 6443)}, TABLE) == Clients(frozenset(), frozenset())
