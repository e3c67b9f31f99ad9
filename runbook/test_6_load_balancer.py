"""Step 6. A load balancer, and a name for the API.

nginx on the nodes that nodes.yaml names hands TCP connections on to the three apiservers; TLS is theirs, so each
client sees an apiserver's own certificate. It is an nginx of its own, with a unit and a configuration of its own:
whatever other nginx a host runs stays as it is. The endpoint's name leads there from every hosts file.

What changes: the balancer; a line in each /etc/hosts; controlPlaneEndpoint in kubeadm-config, the server in
cluster-info and in admin.conf. The gate: the API answers through each balancer, and each apiserver is behind it.
The way back: admin.conf to a master's own address; stop the unit kubeadm-ha-balancer.
"""

import time

import pytest

from checks.api import Api, config_map
from checks.balancer import backends_seen, on_disk
from checks.certificates import OnDisk
from checks.gathering import Gathered
from formats import kubeconfigs
from formats.balancer import CONFIGURATION
from formats.kubernetes import ClusterConfiguration
from nodes import unseen, wire
from nodes.hosts import ADMIN, Hosts

pytestmark = pytest.mark.step(6)


@pytest.mark.change
def test_endpoint_leads_to_every_apiserver(load_balancer: list[str]) -> None:
    """`systemctl status kubeadm-ha-balancer` and its journal on the balancer; then the same command again."""
    assert not load_balancer, "\n".join(load_balancer)


@pytest.mark.verify
def test_api_answers_through_the_balancers_own_address(balancer: str, hosts: Hosts, ca_pem: str) -> None:
    """nginx is down, or no apiserver behind it answers; the certificate must carry the endpoint's name."""
    node, endpoint = hosts.inventory.nodes[balancer], hosts.inventory.cluster.endpoint
    looker = hosts.fleet.reader(hosts.inventory.other_than(node.name).name)
    answer = wire.get(looker.dial(node.address, endpoint.port), "/version", endpoint.host, wire.trusting(ca_pem))
    assert answer.status == 200, answer


@pytest.mark.verify
def test_endpoints_name_leads_to_the_balancer_from_every_node(node: str, hosts: Hosts) -> None:
    """The node's hosts file lacks the line or has another one; cloud-init's manage_etc_hosts rewrites it at boot."""
    endpoint = hosts.inventory.cluster.endpoint.host
    addresses = {one.address for one in hosts.inventory.balancers}
    answer = hosts.fleet.reader(node).run(f"getent ahosts {endpoint}")
    found = {line.split()[0] for line in answer.stdout.splitlines()}
    assert found, f"{node} does not know {endpoint}"
    assert found <= addresses, f"on {node}, {endpoint} is {sorted(found)}"


@pytest.mark.verify
def test_every_apiserver_is_seen_through_the_balancer(
    balancer: str, hosts: Hosts, ca_pem: str, certificates_on_disk: Gathered[list[OnDisk]]
) -> None:
    """A backend that never answers is put aside by nginx: can the balancer's host reach that master's apiserver?"""
    looker = hosts.inventory.other_than(balancer).name
    seen = backends_seen(hosts, looker, hosts.inventory.nodes[balancer].address, ca_pem)
    own = {
        one.certificate.fingerprint: node.name
        for node in hosts.inventory.masters
        for one in certificates_on_disk[node.name]
        if one.path == f"{hosts.layout.pki}/apiserver.crt"
    }
    missing = [name for fingerprint, name in own.items() if fingerprint not in seen]
    assert not missing, f"never led to {', '.join(missing)}"
    assert seen == set(own), "it leads to an apiserver that is no master's"


@pytest.mark.verify
def test_loaded_configuration_is_the_one_on_disk(balancer: str, loaded: Gathered[str], hosts: Hosts) -> None:
    """Edited by hand, or nginx refused it: `journalctl -u kubeadm-ha-balancer`; step 6 writes and loads its own."""
    disk = on_disk(hosts.fleet.reader(balancer))
    assert disk, f"{CONFIGURATION} on {balancer} is not as the runbook wrote it"
    assert loaded[balancer] == disk


@pytest.mark.verify
def test_single_balancer_stands_by_consent_only(hosts: Hosts) -> None:
    """One balancer is one machine whose loss takes the endpoint: say in nodes.yaml, under accept, why that is right."""
    reason = hosts.inventory.accept.get("single-balancer", "")
    assert len(hosts.inventory.balancers) > 1 or reason, "one balancer, and no reason is written down"


@pytest.mark.verify
def test_cluster_knows_itself_by_the_endpoint(configuration: ClusterConfiguration, api: Api, hosts: Hosts) -> None:
    """Nodes that join, and kubeadm upgrade, take the API's place from these two ConfigMaps: step 6 again."""
    endpoint = str(hosts.inventory.cluster.endpoint)
    assert configuration.control_plane_endpoint == endpoint
    told = kubeconfigs.server(config_map(api, "kube-public", "cluster-info")["kubeconfig"])
    assert told == f"https://{endpoint}"


@pytest.mark.verify
def test_admins_kubeconfig_points_to_the_endpoint(master: str, hosts: Hosts) -> None:
    """An admin.conf that names one master is of no use on the day that master is lost: step 6 again."""
    server = unseen.server_in(hosts.fleet.reader(master), ADMIN)
    assert server == f"https://{hosts.inventory.cluster.endpoint}"


@pytest.mark.trial
def test_idle_watch_outlives_five_seconds_through_the_balancer(balancer: str, hosts: Hosts, ca_pem: str) -> None:
    """The balancer cuts what is silent (the article's proxy_timeout was 3 s): every watch would begin anew for ever."""
    node, endpoint = hosts.inventory.nodes[balancer], hosts.inventory.cluster.endpoint
    channel = hosts.fleet[hosts.inventory.other_than(node.name).name].dial(node.address, endpoint.port, timeout=15)
    try:
        stream = wire.TlsStream(channel, wire.trusting(ca_pem), endpoint.host)
        time.sleep(5.2)
        stream.send(f"GET /version HTTP/1.0\r\nHost: {endpoint.host}\r\n\r\n".encode())
        assert b" 200 " in stream.read_to_end()[:20], "the connection was cut while it was idle"
    finally:
        channel.close()
