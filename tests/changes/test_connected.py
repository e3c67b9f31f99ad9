"""Whom a kubelet and a kube-proxy talk to, told by their live connections; `ss` and `systemctl` are stood in for."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from changes.connected import KubeletConnected, KubeProxyConnected
from formats.layout import Layout
from nodes import waiting
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from tests.changes.programs import Programs
from tests.steps import states

FIRST, OWN, BALANCER = ("10.27.53.32", 6443), ("10.24.138.208", 6443), ("10.27.52.72", 8443)
KUBELET = KubeletConnected("wudang", *OWN)
KUBE_PROXY = KubeProxyConnected("wudang", *BALANCER)


@pytest.fixture
def cluster(both: Hosts) -> Hosts:
    return replace(both, inventory=states.inventory())


@pytest.fixture(autouse=True)
def wire(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
    programs.add("ss", 'cat "$STATE/now"')
    return programs


def connected(wire: Programs, process: str, to: Iterable[tuple[str, int]], file: str = "now") -> None:
    lines = [f'0 0 10.24.138.208:40000 {address}:{port} users:(("{process}",pid=7,fd=9))' for address, port in to]
    (wire.state / file).write_text("".join(f"{line}\n" for line in lines))


def test_the_api_is_at_every_master_and_at_every_balancer(both: Hosts) -> None:
    assert replace(both, inventory=states.inventory(balancers=("emei", "huashan"))).api_places == {
        ("10.27.53.32", 6443),
        ("10.24.138.208", 6443),
        ("10.27.52.72", 6443),
        ("10.27.52.72", 8443),
        ("10.27.52.80", 8443),
    }


def test_a_balancer_that_is_no_master_has_no_apiserver_and_a_master_that_is_no_balancer_no_endpoint(
    both: Hosts,
) -> None:
    places = replace(both, inventory=states.inventory(balancers=("huashan",))).api_places
    assert ("10.27.52.80", 6443) not in places
    assert ("10.27.53.32", 8443) not in places


def test_apiservers_may_listen_elsewhere(cluster: Hosts, wire: Programs) -> None:
    moved = replace(cluster, layout=Layout(api_port=7443))
    assert ("10.24.138.208", 7443) in moved.api_places
    assert moved.api_url("wudang") == "https://10.24.138.208:7443"
    connected(wire, "kubelet", [("10.24.138.208", 7443)])
    assert KubeletConnected("wudang", "10.24.138.208", 7443).look(moved).so


def test_a_kubelet_on_its_own_apiserver_is_so(cluster: Hosts, wire: Programs) -> None:
    connected(wire, "kubelet", [OWN])
    assert KUBELET.look(cluster).so


def test_a_pod_that_is_probed_on_one_of_these_ports_is_no_apiserver(cluster: Hosts, wire: Programs) -> None:
    connected(wire, "kubelet", [OWN, ("10.244.1.5", 6443), ("10.244.1.6", 8443), ("10.27.53.32", 8443)])
    assert KUBELET.look(cluster).so


@pytest.mark.parametrize(
    ("to", "seen"),
    [
        ([], "it is connected to no apiserver"),
        ([("10.244.1.5", 6443)], "it is connected to no apiserver"),
        ([FIRST], "it is connected to 10.27.53.32:6443"),
        ([FIRST, OWN], "it is connected to 10.24.138.208:6443, 10.27.53.32:6443"),
    ],
)
def test_a_kubelet_elsewhere_too_is_not_so(
    cluster: Hosts, wire: Programs, to: list[tuple[str, int]], seen: str
) -> None:
    connected(wire, "kubelet", to)
    assert (KUBELET.look(cluster).so, KUBELET.look(cluster).seen) == (False, seen)


@pytest.mark.parametrize("to", [[FIRST], [FIRST, BALANCER], [OWN], []])
def test_a_kube_proxy_that_holds_on_to_a_master_is_seen_for_what_it_is(
    cluster: Hosts, wire: Programs, to: list[tuple[str, int]]
) -> None:
    connected(wire, "kube-proxy", to)
    places = ", ".join(f"{address}:{port}" for address, port in sorted(to)) or "no apiserver"
    assert KUBE_PROXY.look(cluster).seen == f"it is connected to {places}"


def test_a_restarted_kubelet_is_waited_for(cluster: Hosts, wire: Programs) -> None:
    connected(wire, "kubelet", [FIRST])
    connected(wire, "kubelet", [OWN], "after")
    wire.add("systemctl", '(sleep 0.1; mv "$STATE/after" "$STATE/now") >/dev/null 2>&1 &')
    KUBELET.do(cluster)
    assert KUBELET.look(cluster).so


def test_an_answer_that_never_came_is_no_answer(cluster: Hosts, wire: Programs) -> None:
    """The restart may be under way: the look behind it decides, so the deed waits and tells its error all the same."""
    connected(wire, "kubelet", [FIRST])
    connected(wire, "kubelet", [OWN], "after")
    wire.add("systemctl", '(sleep 0.1; mv "$STATE/after" "$STATE/now") >/dev/null 2>&1 & exit 1')
    with pytest.raises(CommandFailed, match="systemctl restart kubelet"):
        KUBELET.do(cluster)
    assert KUBELET.look(cluster).so
