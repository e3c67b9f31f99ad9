"""Step 4. Controller-manager and scheduler on every master.

Three of each run and one of each leads: they elect it by the leases kube-controller-manager and kube-scheduler in
kube-system. Each talks to the apiserver of its own master.

What changes: two kubeconfigs and two static pods on each new master. The gate: each answers, one of each leads and
says so itself, and all would sign with the same keys. The way back: move the manifests out of the folder.
"""

from datetime import UTC, datetime

import pytest

from checks.connections import LOOPBACK, Clients
from checks.controllers import LEASES, Keys, healthz, leads
from checks.gathering import Gathered
from checks.kubeconfigs import Kubeconfig
from checks.pairs import Wanted
from checks.static_pods import StaticPods
from formats.kubeadm import url
from formats.kubernetes import Lease
from nodes.hosts import Hosts

pytestmark = pytest.mark.step(4)

components = pytest.mark.parametrize("component", LEASES)


@pytest.mark.change
def test_every_master_runs_controller_manager_and_scheduler(controllers: list[str]) -> None:
    """The log of the container that does not answer names what it lacks; run the same command again."""
    assert not controllers, "\n".join(controllers)


@pytest.mark.verify
@components
def test_controller_answers_on_its_own_host(master: str, component: str, hosts: Hosts) -> None:
    """It is not running, or has lost its apiserver: its container's log on this master."""
    assert healthz(hosts.fleet.reader(master), LEASES[component]) == "ok"


@pytest.mark.verify
@components
def test_controller_runs_as_the_first_masters_does(master: str, component: str, static_pods: StaticPods) -> None:
    """What the cluster does depends on who leads: make the manifests agree, one at a time."""
    found = static_pods.drift(master, component)
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
@components
def test_controllers_kubeconfig_is_its_own_and_names_its_own_apiserver(
    master: str, component: str, hosts: Hosts, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]], wanted: Wanted
) -> None:
    """With the next start it is somebody else, or goes elsewhere: step 4 again, then restart its container."""
    name = f"{component.removeprefix('kube-')}.conf"
    faults = wanted.faults_of_kubeconfig(kubeconfigs_on_disk[master], master, name)
    assert not faults, "\n".join(["", *faults])
    own = {
        url(place, hosts.layout.api_port) for place in (hosts.inventory.nodes[master].address, *LOOPBACK, "localhost")
    }
    assert kubeconfigs_on_disk[master][name].server in own


@pytest.mark.verify
@components
def test_controller_is_connected_to_its_own_apiserver(
    master: str, component: str, hosts: Hosts, clients: Gathered[Clients]
) -> None:
    """It runs with what its kubeconfig said before: restart its container (`crictl stop`, or kill the process)."""
    own = {(place, hosts.layout.api_port) for place in (hosts.inventory.nodes[master].address, *LOOPBACK)}
    found = clients[master].controllers[component]
    assert found, f"{component} on {master} has no connection to an apiserver"
    assert found <= own


@pytest.mark.verify
@components
def test_lease_is_held_by_one_master_and_renewed(
    component: str, leases: dict[str, Lease], hostnames: Gathered[str]
) -> None:
    """Nobody leads: every process of this component has lost its apiserver, or none runs."""
    lease = leases[f"kube-system/{component}"]
    assert lease.holder_host in hostnames.answered().values(), f"held by {lease.holder!r}"
    assert lease.is_held(datetime.now(UTC)), f"{lease.holder} renewed it last at {lease.renew_time}"


@pytest.mark.verify
@components
def test_exactly_one_process_says_that_it_leads(
    component: str, leases: dict[str, Lease], hosts: Hosts, hostnames: Gathered[str]
) -> None:
    """Two that lead at once both act: stop the one that the lease does not name. One that elects none runs alone."""
    says = {node.name: leads(hosts.fleet.reader(node.name), component) for node in hosts.inventory.masters}
    holder = leases[f"kube-system/{component}"].holder_host
    leading = [hostnames[name] for name, says_so in says.items() if says_so]
    assert leading == [holder], f"the lease names {holder}; {says}"


@pytest.mark.verify
def test_authoritys_key_belongs_to_its_certificate(master: str, first_master: str, keys: Gathered[Keys]) -> None:
    """What this master's controller-manager signs would be trusted by nobody: copy ca.key from the first master."""
    assert keys[master].ca_key == keys[first_master].ca_certificate


@pytest.mark.verify
def test_masters_share_one_set_of_signing_keys(keys: Gathered[Keys]) -> None:
    """Tokens and certificates depend on who leads: copy sa.key, sa.pub and ca.key from the first master."""
    found = {name: (one.ca_key, one.service_account_key, one.service_account_public) for name, one in keys.items()}
    assert len(set(found.values())) == 1, {name: [key[:16] for key in one] for name, one in found.items()}
    assert all(private == public for _, private, public in found.values())


@pytest.mark.verify
@components
def test_files_that_a_controller_names_are_the_first_masters_here(
    master: str, component: str, unlike_the_first: Gathered[dict[str, list[str]]]
) -> None:
    """Whoever leads decides by its own files: copy them from the master that has them right, restart its container."""
    found = unlike_the_first[master][component]
    assert not found, "\n".join(["", *found])
