"""Step 2: etcd grows from one member to one on each master, a learner at a time."""

import pytest

from changes.batch import Batch, ToDo, across
from changes.certificates import Signed
from changes.change import Change
from changes.etcd_members import Learner, Serving, Snapshot, Voter
from changes.files import Copied, Folder
from changes.seen import Seen
from changes.static_pods import StaticPod
from changes.step import CarryOut
from formats.kubeadm import PAIRS, PRIVATE_FOLDER, PRIVATE_MODE, PUBLIC_MODE, url
from formats.ports import ETCD_PEER
from nodes.inventory import Inventory

# They say who was there when a member joined, and are read at its first start alone.
FIRST_START_ONLY = ("--initial-cluster", "--initial-cluster-state")


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    """Both new masters are staged whole before the first promotion: two voters tolerate no loss, so the way from
    two to three must be short."""
    # Who is a member already comes first: etcd takes one learner at a time.
    new = sorted(seen.new_masters(inventory), key=lambda name: seen.members.at(peer_url(inventory, name)) is None)
    todo: list[Change | Batch] = [Snapshot(seen.first, seen.members.cluster_id, seen.layout.etcd_data)]
    todo += across(material(seen, inventory, name) for name in new)
    # A member that starts must be told of exactly those that there are, itself included.
    # They are told apart by URL; the name of one that has not started is not known yet.
    urls = {name: peer_url(inventory, name) for name in inventory.nodes}
    members = {name: member for name, url in urls.items() if (member := seen.members.at(url))}
    cluster = {member.name or name: urls[name] for name, member in members.items()}
    for name in new:
        cluster[name] = peer_url(inventory, name)
        text = seen.manifest(inventory, name, "etcd", dict(cluster))
        todo += [
            Learner(name, peer_url(inventory, name)),
            StaticPod(name, "etcd", text, ignoring=FIRST_START_ONLY),
            Voter(name, peer_url(inventory, name), settled=name != new[-1]),
            Serving(name),
        ]
    return todo


def material(seen: Seen, inventory: Inventory, name: str) -> list[Change]:
    pki = seen.layout.pki
    return [
        Copied(name, f"{pki}/etcd/ca.crt", PUBLIC_MODE),
        Copied(name, f"{pki}/etcd/ca.key", PRIVATE_MODE),
        *carried(seen, name, "etcd"),
        Folder(name, seen.layout.etcd_data, PRIVATE_FOLDER),
        *(
            Signed(
                name,
                f"{pki}/{pair.path}",
                f"{pki}/{pair.authority}",
                seen.request(inventory, name, pair.path),
                seen.key_kind,
            )
            for pair in PAIRS.values()
            if pair.path.startswith("etcd/")
        ),
    ]


def carried(seen: Seen, name: str, component: str) -> list[Change]:
    """What else a component reads: policies, encryption keys, what these name, bundles."""
    needed = seen.carriages[component]
    return [
        *(Folder(name, path) for path in needed.folders),
        *(Copied(name, path) for path in needed.equal),
        *(Copied(name, path, own_stays=True) for path in needed.own),
    ]


def peer_url(inventory: Inventory, name: str) -> str:
    return url(inventory.nodes[name].address, ETCD_PEER)


@pytest.fixture
def etcd_cluster(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
