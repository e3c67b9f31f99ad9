"""Step 3. An apiserver on every master.

Each new master gets an apiserver that reads from its own etcd member and shows a certificate of its own; then its
kubelet talks to it. The article's kubelets failed here with "certificate is valid for 10.96.0.1, 10.27.53.32, not
10.24.138.208"; certificates come first, so this one never does.

What changes: the cluster's CA and service account keys, certificates, admin.conf and the apiserver's static pod on
the new masters; kubelet.conf there. On the first master its serving certificate alone, signed anew for the
endpoint's name with the key that it has: the apiserver reloads it and is not restarted. The gate: every apiserver
serves everything, to everybody, with a certificate that fits. The way back: move the manifest out of the folder,
point kubelet.conf at the first master, restart that kubelet.
"""

import json
from datetime import UTC, datetime

import pytest

from checks import certificates, credentials
from checks.api import Api
from checks.certificates import OnDisk
from checks.connections import Clients, silent
from checks.credentials import told_by_own_apiserver
from checks.gathering import Gathered
from checks.kubeconfigs import Kubeconfig
from checks.kubelets import Log
from checks.pairs import Held, Wanted, fingerprints
from checks.shared_files import KUBEADMS
from checks.static_pods import StaticPods
from checks.trial import Trial
from formats import kubernetes
from formats.kubeadm import PAIRS
from formats.kubernetes import Pod, addresses, unavailable
from nodes.hosts import Hosts

pytestmark = pytest.mark.step(3)


@pytest.mark.change
def test_every_master_runs_its_own_apiserver(apiservers: list[str]) -> None:
    """The log of the new apiserver's container names what it lacks; run the same command again when it is there."""
    assert not apiservers, "\n".join(apiservers)


@pytest.mark.verify
def test_apiserver_is_ready_for_an_authenticated_client(master: str, apis: dict[str, Api], hosts: Hosts) -> None:
    """`kubectl get --raw '/readyz?verbose'` at this apiserver names the check that fails.

    From its own host it must also let this master's own admin.conf in: step 3 again, which signs a new one.
    """
    assert apis[master].raw("/readyz").strip() == "ok"
    address = hosts.inventory.nodes[master].address
    answer = credentials.asked_as_admin(
        hosts.fleet.reader(master), address, hosts.layout.api_port, "/api/v1/nodes?limit=1"
    )
    assert answer.status == 200, f"to {master}'s admin.conf it says {answer.status}: {answer.body[:200]}"


@pytest.mark.verify
def test_apiserver_certificate_is_valid_for_its_own_address(master: str, hosts: Hosts, ca_pem: str) -> None:
    """Run step 3 again: it signs the certificate anew for what it lacks. The apiserver reloads it by itself."""
    address = hosts.inventory.nodes[master].address
    looker = hosts.inventory.other_than(master).name
    certificates.presented_to(hosts.fleet, looker, address, hosts.layout.api_port, address, ca_pem)


@pytest.mark.verify
def test_apiserver_certificate_is_valid_for_the_endpoints_name(master: str, hosts: Hosts, ca_pem: str) -> None:
    """Run step 3 again: it signs the certificate anew for what it lacks. The apiserver reloads it by itself."""
    address = hosts.inventory.nodes[master].address
    looker = hosts.inventory.other_than(master).name
    certificates.presented_to(
        hosts.fleet, looker, address, hosts.layout.api_port, hosts.inventory.cluster.endpoint.host, ca_pem
    )


@pytest.mark.verify
def test_apiserver_shows_the_certificate_that_is_on_its_disk(
    master: str, hosts: Hosts, certificates_on_disk: Gathered[list[OnDisk]]
) -> None:
    """The apiserver has not reloaded a renewed pair: do certificate and key on disk belong together?"""
    shown = certificates.shown_by(hosts, master)
    disk = {
        one.certificate.fingerprint
        for one in certificates_on_disk[master]
        if one.path == f"{hosts.layout.pki}/apiserver.crt"
    }
    assert disk == {shown.fingerprint}, f"on the wire {shown.fingerprint}, {shown.subject} until {shown.not_after}"


@pytest.mark.verify
def test_certificates_of_a_master_fit_it_and_their_keys(
    master: str, held: Gathered[Held], kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]], wanted: Wanted
) -> None:
    """Most of them are read when a connection is made, so a wrong one shows late: step 3 signs anew what is wrong."""
    paths = [path for path in PAIRS if not path.startswith("etcd/")]
    faults = [fault for path in paths for fault in wanted.faults_of_pair(held[master], master, path)]
    faults += wanted.faults_of_kubeconfig(kubeconfigs_on_disk[master], master, "admin.conf")
    assert not faults, "\n".join(["", *faults])


@pytest.mark.verify
def test_node_trusts_the_clusters_authority(
    node: str, trusted: Gathered[str], ca_pem: str, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]]
) -> None:
    """Another CA in pki/ca.crt or in kubelet.conf: apiserver and kubelet refuse each other at the next start."""
    cluster = fingerprints(ca_pem)
    found = {"pki/ca.crt": fingerprints(trusted[node])}
    if embedded := kubeconfigs_on_disk[node]["kubelet.conf"].authorities:
        found["kubelet.conf"] = embedded
    assert found == dict.fromkeys(found, cluster)


@pytest.mark.verify
def test_apiserver_runs_as_the_first_masters_does(master: str, static_pods: StaticPods) -> None:
    """What it answers depends on who is asked: make the manifests agree, one at a time."""
    found = static_pods.drift(master, "kube-apiserver")
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_super_admin_is_at_home_on_the_first_master_alone(
    master: str, first_master: str, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]]
) -> None:
    """It passes over every rule of RBAC, and nothing renews it there: remove super-admin.conf from this master."""
    assert master == first_master or "super-admin.conf" not in kubeconfigs_on_disk[master]


@pytest.mark.verify
def test_node_reaches_every_apiserver(node: str, hosts: Hosts) -> None:
    """Pods there meet a dead end in one of three calls: the way from this node to that master's port."""
    assert not silent(
        hosts.fleet.reader(node), [(one.address, hosts.layout.api_port) for one in hosts.inventory.masters]
    )


@pytest.mark.verify
def test_kubernetes_service_leads_to_every_apiserver(api: Api, hosts: Hosts) -> None:
    """An apiserver registers itself when it is ready; a stale address goes with its lease, after 15 seconds."""
    found = addresses(api.get("-n", "default", "endpointslices", "-l", "kubernetes.io/service-name=kubernetes"))
    assert found == {node.address for node in hosts.inventory.masters}


@pytest.mark.verify
def test_kubelet_of_a_master_is_connected_to_its_own_apiserver(
    master: str, hosts: Hosts, clients: Gathered[Clients]
) -> None:
    """Its kubelet.conf names another server, or it was not restarted since: run step 3 again."""
    assert clients[master].kubelet == {(hosts.inventory.nodes[master].address, hosts.layout.api_port)}


@pytest.mark.verify
def test_kubeconfig_of_a_masters_kubelet_names_its_own_apiserver(
    master: str, hosts: Hosts, kubeconfigs_on_disk: Gathered[dict[str, Kubeconfig]]
) -> None:
    """Where it is connected now is another matter: with the next start it goes where this file says. Step 3 again."""
    server = kubeconfigs_on_disk[master]["kubelet.conf"].server
    assert server == hosts.api_url(master)


@pytest.mark.verify
def test_master_is_ready_and_its_kubelet_renews_its_lease(master: str, hosts: Hosts) -> None:
    """`journalctl -u kubelet` on this master: it cannot write to its apiserver, or is not allowed to."""
    node = kubernetes.node(told_by_own_apiserver(hosts, master, f"/api/v1/nodes/{master}"))
    assert node.ready, f"{master}: {node.reason}"
    leases = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases?fieldSelector=metadata.name%3D{master}"
    (lease,) = kubernetes.leases(told_by_own_apiserver(hosts, master, leases))
    assert lease.is_held(datetime.now(UTC)), f"last renewed at {lease.renew_time}"


@pytest.mark.verify
def test_kubelet_has_met_no_certificate_error_since_it_started(master: str, kubelet_logs: Gathered[Log]) -> None:
    """The line names the certificate and the name it lacks: that apiserver's certificate is to be signed anew.

    A journal that was rotated since the kubelet started must reach back a day; with less, restart that kubelet.
    """
    log = kubelet_logs[master]
    assert log.proves, f"the journal on {master} has {log.hours:.1f} h of its kubelet and not its start"
    errors = log.mentioning("x509: ")  # what a certificate is refused with, as Go's crypto/x509 words it
    assert not errors, "\n".join(["", *errors[-3:]])


@pytest.mark.verify
@pytest.mark.parametrize("whose", [KUBEADMS, "kube-apiserver"])
def test_files_that_masters_share_are_the_first_masters_here(
    master: str, whose: str, unlike_the_first: Gathered[dict[str, list[str]]]
) -> None:
    """A policy or a key that was changed on one master alone: copy it from the one that has it right to all others.

    The apiserver takes a changed policy, and most keys, only when it starts again: one master at a time.
    """
    found = unlike_the_first[master][whose]
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_secrets_are_readable_through_each_apiserver(master: str, apis: dict[str, Api], api: Api) -> None:
    """An apiserver that cannot decrypt: the encryption configuration differs from the first master's."""
    found, elsewhere = apis[master].names("secrets", "-A"), api.names("secrets", "-A")
    assert found == elsewhere


@pytest.mark.verify
def test_every_api_service_is_readable_through_each_apiserver(master: str, apis: dict[str, Api]) -> None:
    """An aggregated API that is not Available from this master: it must reach that API's pods too."""
    assert unavailable(apis[master].get("apiservices")) == []


@pytest.mark.verify
def test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver(
    master: str, apis: dict[str, Api], pods: tuple[Pod, ...], hosts: Hosts
) -> None:
    """The apiserver's client certificate for kubelets, or the way from this master to that node's port 10250."""
    unread = {}
    for name in hosts.inventory.nodes:
        running = next(p for p in pods if p.node == name and p.namespace == "kube-system" and p.phase == "Running")
        try:
            apis[master].log(running.namespace, running.name)
        except Exception as error:  # every node is asked, so that the message shows which ones fail
            unread[name] = str(error)
    assert not unread, unread


@pytest.mark.verify
def test_tokens_are_signed_with_one_set_of_keys_everywhere(hosts: Hosts) -> None:
    """sa.key or --service-account-issuer differs between masters: a token of one is refused by another."""
    names = [node.name for node in hosts.inventory.masters]
    keys = {name: told_by_own_apiserver(hosts, name, "/openid/v1/jwks") for name in names}
    # the rest of it names each apiserver's own address
    said = {name: json.loads(told_by_own_apiserver(hosts, name, "/.well-known/openid-configuration")) for name in names}
    assert len(set(keys.values())) == 1, keys
    assert len({one["issuer"] for one in said.values()}) == 1, {name: one["issuer"] for name, one in said.items()}


@pytest.mark.trial
def test_exec_works_through_each_apiserver(master: str, pods: tuple[Pod, ...], trial: Trial) -> None:
    """As for logs: the client certificate for kubelets, or the way to the worker's port 10250."""
    target = next(p for p in pods if p.labels.get("component") == "etcd")
    said = trial.kubectl("exec", "-n", target.namespace, target.name, "--", "etcdctl", "version", master=master)
    assert "etcdctl version" in said


@pytest.mark.trial
def test_token_from_one_apiserver_is_accepted_by_all(master: str, trial: Trial, hosts: Hosts) -> None:
    """The keys for service accounts differ: compare sa.key and the flags of the apiservers."""
    accepted = {node.name: trial.token_reviewed(issuer=master, reviewer=node.name) for node in hosts.inventory.masters}
    assert accepted == {
        node.name: f"system:serviceaccount:{trial.namespace}:default" for node in hosts.inventory.masters
    }


@pytest.mark.trial
def test_object_can_be_created_through_each_apiserver(master: str, trial: Trial) -> None:
    """A dry run passes admission and its webhooks: one that this master cannot reach fails here."""
    said = trial.kubectl(
        "create", "configmap", "dry", "--from-literal=a=b", "--dry-run=server", "-o", "name", master=master
    )
    assert said.strip() == "configmap/dry"
