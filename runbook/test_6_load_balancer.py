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
from checks.balancer import answering, backends_seen, on_disk, refusals, wanted
from checks.connections import silent
from checks.gathering import Gathered
from checks.kubeconfigs import Kubeconfig
from formats import kubeconfigs
from formats.balancer import CONFIGURATION
from formats.kubernetes import ClusterConfiguration
from nodes import wire
from nodes.hosts import Hosts

pytestmark = pytest.mark.step(6)


@pytest.mark.change
def test_endpoint_leads_to_every_apiserver(load_balancer: list[str]) -> None:
    """`systemctl status kubeadm-ha-balancer` and its journal on the balancer; then the same command again."""
    assert not load_balancer, "\n".join(load_balancer)


@pytest.mark.verify
def test_api_answers_through_the_balancers_own_address(balancer: str, hosts: Hosts, ca_pem: str) -> None:
    """nginx is down, or no apiserver behind it answers; the certificate must carry the endpoint's name."""
    node = hosts.inventory.nodes[balancer]
    why = refusals(hosts, hosts.inventory.other_than(node.name).name, node.address, ca_pem)
    assert not why, "\n".join(["", *why[-3:]])


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
def test_node_reaches_the_balancer(node: str, hosts: Hosts) -> None:
    """A firewall or a route between this node and the balancer: its clients would lose the API in step 7."""
    port = hosts.inventory.cluster.endpoint.port
    assert not silent(hosts.fleet.reader(node), [(one.address, port) for one in hosts.inventory.balancers])


@pytest.mark.verify
def test_every_apiserver_is_seen_through_the_balancer(balancer: str, hosts: Hosts) -> None:
    """A backend that never answers is put aside by nginx: can the balancer's host reach that master's port 6443?"""
    looker = hosts.inventory.other_than(balancer).name
    own = answering(hosts)
    seen = backends_seen(hosts, looker, hosts.inventory.nodes[balancer].address)
    missing = [name for fingerprint, name in own.items() if fingerprint not in seen]
    assert own, "no apiserver answers"
    assert not missing, f"never led to {', '.join(missing)}"
    assert seen == set(own), "it leads to an apiserver that is no master's"


@pytest.mark.verify
def test_loaded_configuration_is_the_one_on_disk(balancer: str, loaded: Gathered[str], hosts: Hosts) -> None:
    """Edited by hand, or nginx refused it: `journalctl -u kubeadm-ha-balancer`; step 6 writes and loads its own."""
    disk = on_disk(hosts.fleet.reader(balancer))
    assert disk, f"{CONFIGURATION} on {balancer} is not as the runbook wrote it"
    assert loaded[balancer] == disk, f"nginx has loaded {loaded[balancer][:16]}, on disk is {disk[:16]}"
    assert disk == wanted(hosts, balancer), "it is not what step 6 would write, for this nodes.yaml"


@pytest.mark.verify
def test_balancer_starts_by_itself_at_boot(balancer: str, hosts: Hosts) -> None:
    """`systemctl enable kubeadm-ha-balancer`: without it the next reboot of its host takes the endpoint away."""
    said = hosts.fleet.reader(balancer).run("systemctl is-enabled kubeadm-ha-balancer").stdout.strip()
    assert said == "enabled", f"the unit is {said or 'not known'}"


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
def test_admins_kubeconfig_points_to_the_endpoint(
    master: str, hosts: Hosts, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]]
) -> None:
    """An admin.conf that names one master is of no use on the day that master is lost: step 6 again."""
    found = kubeconfigs_on_disk[master]
    servers = {name: found[name].server for name in ("admin.conf", "super-admin.conf") if name in found}
    assert "admin.conf" in servers
    assert servers == dict.fromkeys(servers, f"https://{hosts.inventory.cluster.endpoint}")


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
