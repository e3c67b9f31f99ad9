"""Step 1. The single master.

The cluster that nodes.yaml names is taken on as it stands, and everything that would stop a later step is said now,
before the first change. Where nodes.yaml says `create:` and no node carries a sign of a cluster, it is made first:
kubeadm init on the first master of the file, the pod network, kubeadm join everywhere else.

What changes: on bare hosts, all that kubeadm does; in any case images of the static pods to come, where a coming
master lacks one, and one note on the first master, under /var/lib/kubeadm-ha, that it is the first one and which etcd
cluster it began as.

The gate: the cluster is healthy enough to be worked on. The way back: remove the note; from a cluster that was made
just now, `kubeadm reset` on every node.
"""

from datetime import UTC, datetime

import pytest

from checks.api import Api
from checks.certificates import OnDisk
from checks.clocks import Offset, apart
from checks.etcd import View
from checks.gathering import Gathered
from checks.static_pods import named_twice
from checks.trial import Trial
from formats.kubernetes import ClusterConfiguration, Lease, NodeStatus
from formats.routes import Ranges, Route, misled, overlapping
from nodes.hosts import Hosts
from nodes.waiting import wait_until

pytestmark = pytest.mark.step(1)


@pytest.mark.change
def test_nothing_stands_in_the_way_of_any_step(obstacles: list[str]) -> None:
    """Each line names a node, what was seen there and what to do about it. Nothing has been changed yet."""
    assert not obstacles, "\n".join(["", *obstacles])


@pytest.mark.change
def test_a_cluster_with_one_master_is_there(created_cluster: list[str]) -> None:
    """kubeadm's words stand in /var/lib/kubeadm-ha/kubeadm.log on that node; mend it, and the same command goes on."""
    assert not created_cluster, "\n".join(created_cluster)


@pytest.mark.change
def test_first_master_is_written_down(adopted_cluster: list[str]) -> None:
    """An image that is still missing: see that the node reaches the registry, or load the image by hand.

    The note is a small file on the first master: look at its disk and its /var/lib.
    """
    assert not adopted_cluster, "\n".join(adopted_cluster)


@pytest.mark.verify
def test_node_is_ready_and_its_lease_is_young(
    node: str, cluster_nodes: dict[str, NodeStatus], leases: dict[str, Lease]
) -> None:
    """`kubectl describe node` says why it is not Ready; `journalctl -u kubelet` on the node says why it is silent."""
    assert node in cluster_nodes, f"the cluster has no Node {node}; it has {', '.join(sorted(cluster_nodes))}"
    assert cluster_nodes[node].ready, f"{node} is not Ready: {cluster_nodes[node].reason}"
    lease = leases[f"kube-node-lease/{node}"]
    assert lease.is_held(datetime.now(UTC)), f"{node}'s kubelet renewed its lease last at {lease.renew_time}"


@pytest.mark.verify
def test_node_takes_new_pods(node: str, cluster_nodes: dict[str, NodeStatus]) -> None:
    """Somebody cordoned it and went home: `kubectl uncordon` it, or finish what was begun there."""
    assert not cluster_nodes[node].unschedulable, f"{node} is cordoned"


@pytest.mark.verify
def test_every_node_of_the_cluster_stands_in_nodes_yaml(cluster_nodes: dict[str, NodeStatus], hosts: Hosts) -> None:
    """Nobody looks after the others: write them into nodes.yaml and run again, or delete the Nodes that are gone."""
    beyond = sorted(set(cluster_nodes) - set(hosts.inventory.nodes))
    assert not beyond, f"the cluster also has {', '.join(beyond)}"


@pytest.mark.verify
def test_every_node_runs_the_same_version(cluster_nodes: dict[str, NodeStatus]) -> None:
    """An upgrade is half done: finish it (`kubeadm upgrade node`, then the kubelet) before anything else."""
    versions = {name: node.kubelet_version for name, node in cluster_nodes.items()}
    assert len(set(versions.values())) == 1, versions


@pytest.mark.verify
def test_etcd_of_the_first_master_is_healthy_without_an_alarm(read_by_the_first: tuple[str, View]) -> None:
    """NOSPACE: compact and defragment, then `etcdctl alarm disarm`. CORRUPT: stop here and restore that member."""
    where, view = read_by_the_first
    assert view.status.leader_id, f"the member on {where} knows no leader: {view.status}"
    assert not view.status.errors, f"the member on {where} reports {view.status.errors}"
    assert not view.alarms, f"alarms: {view.alarms}"


@pytest.mark.verify
def test_certificates_and_authorities_outlive_thirty_days(
    node: str, certificates_on_disk: Gathered[list[OnDisk]]
) -> None:
    """`kubeadm certs renew all` on a master renews its certificates; an authority that ends needs a plan of its own."""
    now = datetime.now(UTC)
    found = certificates_on_disk[node]
    assert found, f"no certificate at all was found on {node}"
    wrong = [f"{one.path}: {one.certificate.subject}: {why}" for one in found if (why := one.fault(now, days=30))]
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.verify
def test_private_files_are_for_root_alone(node: str, loose_files: Gathered[list[str]]) -> None:
    """`chmod 600` and `chown root:root`: keys, kubeconfigs and manifests are as good as the cluster itself."""
    assert not loose_files[node], "\n".join(["", *loose_files[node]])


@pytest.mark.verify
def test_no_two_manifests_name_the_same_pod(node: str, manifest_files: Gathered[dict[str, str]]) -> None:
    """The kubelet reads every file of the folder, a backup too: move it out, not to another name in it."""
    found = named_twice(manifest_files[node])
    assert not found, "\n".join(["", *found])


@pytest.mark.verify
def test_clock_agrees_with_the_others_within_a_second(node: str, clock_offsets: Gathered[Offset]) -> None:
    """Certificates, leases and raft all trust the clock: bring chrony or timesyncd up on this node."""
    wrong = apart(clock_offsets[node], clock_offsets.answered().values())
    assert not wrong, f"{node}'s clock is {wrong}"


@pytest.mark.verify
def test_no_route_overlaps_the_clusters_own_ranges(
    node: str,
    routes: Gathered[list[Route]],
    configuration: ClusterConfiguration,
    cluster_nodes: dict[str, NodeStatus],
) -> None:
    """Traffic to pods or services would leave by that route: another range, or another route, is needed."""
    ranges = Ranges.of(
        configuration.service_subnet,
        configuration.pod_subnet,
        given=[text for one in cluster_nodes.values() for text in one.pod_cidrs],
        nodes=[one.internal_address for one in cluster_nodes.values()],
    )
    owners = {text: one.internal_address for one in cluster_nodes.values() for text in one.pod_cidrs}
    wrong = [*overlapping(routes[node], ranges), *misled(routes[node], owners)]
    assert not wrong, f"on {node}: " + "; ".join(wrong)


@pytest.mark.trial
def test_web_service_of_several_pods_answers_from_every_node_by_name(trial: Trial, api: Api) -> None:
    """From the node that failed: CoreDNS (port 53 of kube-dns' address), then kube-proxy, then the pod network."""
    names = list(trial.hosts.inventory.nodes)
    address = trial.web_service(replicas=len(names))
    domain = f"web.{trial.namespace}.svc.{trial.dns_domain}"
    # CoreDNS hears of a new Service a moment after it is there, or half a minute where the API was gone just before.
    wait_until(f"{domain} as {address}", lambda: trial.unresolved(names, domain, address), 60)
    answers = {name: [trial.status_of(name, address) for _ in names] for name in names}
    assert answers == {name: [200] * len(names) for name in names}
