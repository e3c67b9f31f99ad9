"""Step 7. kube-proxy and the workers' kubelets talk to the endpoint.

They are the last to depend on the first master's address. The article wrote the endpoint's name with the apiservers'
port, so that every kube-proxy went past the balancer; here live connections are looked at, not files.

What changes: the server in kube-proxy's ConfigMap, its pods made anew; the workers' kubelet.conf, their kubelets
restarted: each on one node first, then on ten at a time. The gate: where each is connected, and that nothing names the
old address any more.
The way back: the first master's address in the ConfigMap and in kubelet.conf, then restart.
"""

import pytest

from checks import census
from checks.api import Api, changed_at, config_map
from checks.connections import Ages, Clients
from checks.gathering import Gathered
from checks.kubeconfigs import Kubeconfig
from checks.trial import Trial
from formats import kubeconfigs, ports
from formats.kubernetes import Pod
from nodes import wire
from nodes.hosts import Hosts

pytestmark = pytest.mark.step(7)


@pytest.mark.change
def test_workers_and_kube_proxies_have_left_the_first_master(kube_proxy: list[str]) -> None:
    """The node that the message names cannot reach the endpoint: its hosts file, then the way to the balancer."""
    assert not kube_proxy, "\n".join(kube_proxy)


@pytest.mark.verify
def test_kube_proxy_is_connected_to_a_balancer(node: str, hosts: Hosts, clients: Gathered[Clients]) -> None:
    """Its pod is older than the ConfigMap or than the node's hosts file: delete the pod, a new one comes."""
    assert clients[node].kube_proxy, f"kube-proxy on {node} has no connection to an apiserver"
    assert clients[node].kube_proxy <= balancers(hosts)


@pytest.mark.verify
def test_kubelet_of_a_worker_is_connected_to_a_balancer(worker: str, hosts: Hosts, clients: Gathered[Clients]) -> None:
    """Its kubelet.conf names another server, or it was not restarted since: step 7 again."""
    assert clients[worker].kubelet, f"the kubelet on {worker} has no connection to an apiserver"
    assert clients[worker].kubelet <= balancers(hosts)


@pytest.mark.verify
def test_kubeconfig_of_a_workers_kubelet_names_the_endpoint(
    worker: str, hosts: Hosts, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]]
) -> None:
    """Where it is connected now is another matter: with the next start it goes where this file says. Step 7 again."""
    assert kubeconfigs_on_disk[worker]["kubelet.conf"].server == f"https://{hosts.inventory.cluster.endpoint}"


@pytest.mark.verify
def test_kube_proxys_configuration_names_the_endpoint(api: Api, hosts: Hosts) -> None:
    """Every kube-proxy goes there with its next start: step 7 again."""
    told = kubeconfigs.server(config_map(api, "kube-system", "kube-proxy")["kubeconfig.conf"])
    assert told == f"https://{hosts.inventory.cluster.endpoint}"


@pytest.mark.verify
def test_kube_proxy_started_after_its_configuration_had_changed(node: str, api: Api, pods: tuple[Pod, ...]) -> None:
    """It runs with what the ConfigMap said before: delete its pod, the DaemonSet makes a new one."""
    changed = changed_at(api, "kube-system", "kube-proxy")
    started = [pod.start_time for pod in pods if pod.node == node and pod.labels.get("k8s-app") == "kube-proxy"]
    assert started, f"no kube-proxy on {node}"
    assert all(time is not None and time >= changed for time in started), f"started {started}, ConfigMap of {changed}"


@pytest.mark.verify
def test_kubelet_of_a_worker_started_after_its_kubeconfig_had_changed(
    worker: str, kubelet_ages: Gathered[Ages]
) -> None:
    """It runs with what kubelet.conf said before: `systemctl restart kubelet`."""
    ages = kubelet_ages[worker]
    assert ages.process <= ages.kubeconfig, f"the process is {ages.process} s old, kubelet.conf {ages.kubeconfig} s"


@pytest.mark.verify
def test_kube_proxy_keeps_its_rules_fresh(node: str, hosts: Hosts) -> None:
    """It cannot program the kernel or hears nothing from the API: the log of its pod."""
    answer = wire.get(hosts.fleet.reader(node).dial("127.0.0.1", ports.KUBE_PROXY_HEALTH), "/healthz", "127.0.0.1")
    assert answer.status == 200, answer


@pytest.mark.verify
def test_nothing_on_a_node_names_the_old_endpoint(node: str, old_endpoint_named: Gathered[list[str]]) -> None:
    """It is lost with the first master: whose file is it, and what does it read? Step 7 again, or by hand."""
    found = old_endpoint_named[node]
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_no_shared_configuration_names_the_old_endpoint(api: Api, first_master: str, hosts: Hosts) -> None:
    """Who reads it is lost with the first master: the pod network's, for one, has to be changed by hand."""
    found = census.config_maps_naming(api, [hosts.inventory.nodes[first_master].address], [hosts.layout.api_port])
    assert not found, "\n".join(["", *found])


@pytest.mark.trial
def test_new_service_answers_from_every_node(trial: Trial, hosts: Hosts) -> None:
    """From the node that fails: its kube-proxy has not heard of a Service that was made just now."""
    names = list(hosts.inventory.nodes)
    address = trial.web_service(replicas=2)
    assert {name: trial.status_of(name, address) for name in names} == dict.fromkeys(names, 200)


def balancers(hosts: Hosts) -> set[tuple[str, int]]:
    """Where the endpoint answers."""
    return {(node.address, hosts.inventory.cluster.endpoint.port) for node in hosts.inventory.balancers}
