"""Step 7: kube-proxy and the workers' kubelets, one node after the other."""

from changes.api_objects import ConfigMapText
from changes.connected import KubeletConnected, KubeProxyConnected
from changes.kubeconfigs import PointedAt
from changes.seen import Seen
from steps import kube_proxy
from tests.steps import states
from tests.steps.states import contents, every_state, listed, table

EXPECTED = """\
ConfigMap kube-system/kube-proxy: server https://api.lab:8443
shaolin: kube-proxy connected to 10.27.52.72:8443
wudang: kube-proxy connected to 10.27.52.72:8443
emei: kube-proxy connected to 10.27.52.72:8443
huashan: kube-proxy connected to 10.27.52.72:8443
huashan: /etc/kubernetes/kubelet.conf → https://api.lab:8443
huashan: kubelet connected to 10.27.52.72:8443
"""


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(kube_proxy, seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(listed(kube_proxy, states.fresh(), states.inventory()))


def test_the_config_map_changes_before_a_pod_is_made_anew() -> None:
    assert isinstance(listed(kube_proxy, states.fresh(), states.inventory())[0], ConfigMapText)


def test_a_kubelet_is_restarted_after_its_kubeconfig_has_changed() -> None:
    kinds = [type(one) for one in listed(kube_proxy, states.fresh(), states.inventory())]
    assert kinds.index(PointedAt) < kinds.index(KubeletConnected)


def test_kubelets_of_masters_stay_on_their_own_apiserver() -> None:
    """A kubelet behind a balancer that hangs starts no static pods (kubernetes#99602)."""
    changes = listed(kube_proxy, states.fresh(), states.inventory())
    assert {one.node for one in changes if isinstance(one, PointedAt | KubeletConnected)} == {"huashan"}


def test_every_nodes_kube_proxy_is_moved() -> None:
    changes = listed(kube_proxy, states.fresh(), states.inventory())
    assert [one.node for one in changes if isinstance(one, KubeProxyConnected)] == list(states.ADDRESSES)


def test_both_must_end_at_the_balancer() -> None:
    changes = listed(kube_proxy, states.fresh(), states.inventory())
    connected = [one for one in changes if isinstance(one, KubeProxyConnected | KubeletConnected)]
    assert {(one.address, one.port) for one in connected} == {("10.27.52.72", 8443)}
