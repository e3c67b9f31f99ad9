"""What stands in the way of the steps that will run: looked at before the first change, all of it said at once.

Pure, a function a subject; each reason names the node, what was seen, and what to do.
"""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from changes.observe import observe
from changes.seen import Seen
from formats import balancer, manifests
from formats.kubeadm import PKI
from formats.ports import APISERVER, ETCD_PEER
from nodes.first_master import RECORD
from nodes.hosts import Hosts
from nodes.inventory import Inventory
from steps.etcd_cluster import FIRST_START_ONLY, peer_url

# GHSA-6vch-q96h-7gc3 is mended from these on; a member that joins must not be able to lose what the others hold.
ETCD_FLOOR: dict[tuple[int, ...], tuple[int, ...]] = {
    (3, 5): (3, 5, 33),
    (3, 6): (3, 6, 14),
    (3, 7): (3, 7, 1),
}

# What only step 6 needs.
BALANCERS = {"nginx"}

# The database is copied to a learner and written again at its first snapshot.
ROOM = 3


def in_the_way(seen: Seen, inventory: Inventory, last_step: int) -> list[str]:
    """Every reason against running steps 1 to `last_step`; empty where there is none."""
    by_step = {
        1: (_nodes, _cluster),
        2: (_etcd, _room, _drift, _static_pods("etcd")),
        3: (_static_pods("kube-apiserver"),),
        4: (_election, _static_pods("kube-controller-manager", "kube-scheduler")),
        5: (_workers,),
        6: (_balancers,),
    }
    looks = [look for step, looks in by_step.items() if step <= last_step for look in looks]
    return [reason for look in looks for reason in look(seen, inventory)]


def _nodes(seen: Seen, inventory: Inventory) -> Iterator[str]:
    known = {node.name: node for node in seen.nodes}
    for name, node in inventory.nodes.items():
        if name not in known:
            yield f"{name}: the cluster has no such Node: write the name that `kubectl get nodes` shows, or join it"
        elif known[name].internal_address != node.address:
            yield (
                f"{name}: its Node has the InternalIP {known[name].internal_address}, nodes.yaml says {node.address}:"
                " write the address that the cluster knows"
            )
        elif not known[name].ready:
            yield f"{name}: not Ready ({known[name].reason}): mend it first, it is to carry a part of the cluster"
    for name in sorted(known.keys() - inventory.nodes.keys()):
        yield f"{name}: a Node that nodes.yaml does not list: add it, its kubelet and kube-proxy have to be moved too"
    versions = {node.kubelet_version for node in seen.nodes}
    if len(versions) > 1:
        yield f"kubelets of several versions ({', '.join(sorted(versions))}): finish the upgrade first"
    for name, machine in seen.machines.items():
        for program in sorted(machine.missing - BALANCERS):
            yield f"{name}: no {program} on the PATH of root: install it"


def _cluster(seen: Seen, inventory: Inventory) -> Iterator[str]:
    configuration = seen.configuration
    endpoint = configuration.control_plane_endpoint
    if endpoint and endpoint != str(inventory.cluster.endpoint):
        yield (
            f"kubeadm-config already names controlPlaneEndpoint {endpoint}: write that one in nodes.yaml, or, where it"
            " works, add masters with `kubeadm join --control-plane`"
        )
    pinned = inventory.cluster.uid
    if pinned and pinned != seen.uid:
        yield f"this is another cluster: nodes.yaml pins uid {pinned}, kube-system here has {seen.uid}"
    if configuration.certificates_dir != PKI:
        yield f"certificatesDir is {configuration.certificates_dir}: only {PKI} is supported"
    for authority in ("ca", "front-proxy-ca", "etcd/ca"):
        if authority not in seen.authority_keys:
            yield f"{seen.first}: no {PKI}/{authority}.key (an external CA): nothing can be signed; not supported"
    port = manifests.parse(seen.manifests["kube-apiserver"]).flag("--secure-port")
    if port not in (None, str(APISERVER)):
        yield f"{seen.first}: the apiserver listens on port {port}: only {APISERVER} is supported"


def _etcd(seen: Seen, inventory: Inventory) -> Iterator[str]:
    try:
        began = json.loads(seen.record)["etcd_cluster_id"] if seen.record else seen.members.cluster_id
    except (ValueError, KeyError, TypeError):
        yield f"{seen.first}: {RECORD} is not the note that step 1 writes: look at it, and remove it if nobody needs it"
        return
    if began != seen.members.cluster_id:
        yield (
            f"{seen.first}: etcd was cluster {began} when step 1 wrote {RECORD}, and is {seen.members.cluster_id} now:"
            " if it was restored on purpose, remove that file"
        )
    for alarm in seen.alarms:
        yield f"etcd: alarm {alarm.kind} on member {alarm.member_id}: clear its cause, then `etcdctl alarm disarm`"
    addresses = {f"https://{node.address}:{ETCD_PEER}": node.name for node in inventory.masters}
    for member in seen.members.members:
        if not any(peer in addresses for peer in member.peer_urls):
            what = "learner" if member.learner else "member"
            yield f"etcd: {what} {member.name or member.id} at {', '.join(member.peer_urls)} is no master of nodes.yaml"
    for status in seen.statuses:
        version = tuple(int(part) for part in re.findall(r"\d+", status.version)[:3])
        floor = ETCD_FLOOR.get(version[:2], min(ETCD_FLOOR.values()))
        if version < floor:
            yield (
                f"etcd {status.version} is older than {'.'.join(map(str, floor))} (GHSA-6vch-q96h-7gc3):"
                f" raise it first, on {seen.first} by the image in /etc/kubernetes/manifests/etcd.yaml"
            )
    data = manifests.parse(seen.manifests["etcd"]).flag("--data-dir")
    if data != "/var/lib/etcd":
        yield f"{seen.first}: etcd keeps its data in {data}: only /var/lib/etcd is supported"
    joined = {addresses.get(peer) for member in seen.members.members for peer in member.peer_urls}
    for name in seen.new_masters(inventory):
        if seen.machines[name].etcd_data and name not in joined:
            yield (
                f"{name}: /var/lib/etcd holds a database though {name} is no member: move it away;"
                " a member never starts on another's data"
            )


def _drift(seen: Seen, inventory: Inventory) -> Iterator[str]:
    """Manifests on new masters that this run would write anew: that restarts what runs there, on one after another."""
    for name in seen.new_masters(inventory):
        for component, there in seen.machines[name].manifests.items():
            ignoring = FIRST_START_ONLY if component == "etcd" else ()
            wanted = _rendered(seen, inventory, name, component)
            if isinstance(wanted, manifests.ManifestError):
                continue  # told once, by who looks at the first master's
            try:
                different = manifests.differences(wanted, there, ignoring=ignoring)
            except manifests.ManifestError as error:
                different = [str(error)]
            if different:
                yield (
                    f"{name}: {component}.yaml is not what the first master's gives: {'; '.join(different)}:"
                    " make the two agree by hand, one master at a time"
                )


def _rendered(seen: Seen, inventory: Inventory, name: str, component: str) -> str | manifests.ManifestError:
    own = {name: peer_url(inventory, name)} if component == "etcd" else None
    try:
        return seen.manifest(inventory, name, component, own)
    except manifests.ManifestError as error:
        return error


def _room(seen: Seen, inventory: Inventory) -> Iterator[str]:
    size = max(status.db_size for status in seen.statuses)
    for node in inventory.masters:
        free = seen.machines[node.name].free_bytes
        if free < ROOM * size:
            wanted = f"{ROOM * size >> 20} MiB wanted ({ROOM} x etcd's database)"
            yield f"{node.name}: {free >> 20} MiB free under /var/lib, {wanted}: make room"


def _static_pods(*components: str) -> Callable[[Seen, Inventory], Iterator[str]]:
    """What stands against these components running on a new master too."""

    def look(seen: Seen, inventory: Inventory) -> Iterator[str]:
        for component in components:
            manifest = manifests.parse(seen.manifests[component])
            for volume in manifest.host_paths:
                if volume.type == "Socket":
                    yield f"{seen.first}: {component} talks to the socket {volume.path}: no copy gives that to another"
            for name in seen.new_masters(inventory):
                image = manifest.image
                if image not in seen.machines[name].images:
                    yield f"{name}: image {image} is not there: `ctr -n k8s.io images pull {image}` (or crictl)"
                error = _rendered(seen, inventory, name, component)
                if isinstance(error, manifests.ManifestError):
                    yield f"{seen.first}: {component}.yaml cannot be carried over to {name}: {error}"

    return look


def _election(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    for component in ("kube-controller-manager", "kube-scheduler"):
        if manifests.parse(seen.manifests[component]).flag("--leader-elect") == "false":
            yield f"{seen.first}: {component} has --leader-elect=false: three would all act; remove the flag first"


def _workers(_seen: Seen, inventory: Inventory) -> Iterator[str]:
    if not inventory.workers:
        yield "no worker in nodes.yaml: every node would be tainted and ordinary pods could run nowhere; add a worker"


def _balancers(seen: Seen, inventory: Inventory) -> Iterator[str]:
    port = inventory.cluster.endpoint.port
    if len(inventory.balancers) == 1 and "single-balancer" not in inventory.accept:
        yield (
            f"{inventory.balancers[0].name} is the only balancer, whose loss is the loss of the endpoint: if that is"
            ' right, write `accept: {single-balancer: "the reason"}` in nodes.yaml'
        )
    for node in inventory.balancers:
        machine = seen.machines[node.name]
        if port in machine.listening and not machine.balancer:
            yield f"{node.name}: something listens on port {port} already: free it, or choose another endpoint port"
        if balancer.IDENTITY_PORT in machine.listening and not machine.balancer:
            yield f"{node.name}: something listens on port {balancer.IDENTITY_PORT}, which the balancer needs: free it"
        if machine.missing & BALANCERS:
            yield f"{node.name}: no nginx on the PATH of root: install it with its stream module, and leave it disabled"
        elif not machine.stream_module:
            yield f"{node.name}: its nginx has no stream module: install one (Debian: libnginx-mod-stream)"


@pytest.fixture
def obstacles(hosts: Hosts, pytestconfig: pytest.Config) -> list[str]:
    """Every reason against the steps of this run, from one fresh observation."""
    return in_the_way(observe(hosts), hosts.inventory, int(pytestconfig.getoption("to") or 7))
