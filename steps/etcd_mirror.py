"""Step 2 on the article's own road: a new etcd cluster, a mirror, a switch, and the first master as third member."""

from collections.abc import Mapping, Sequence

import pytest

from changes.batch import ToDo, across
from changes.change import Change
from changes.etcd_after import AfterTheSwitch, LeasesAgain, OldEtcdAway, Proved
from changes.etcd_birth import AHEAD, NewMember
from changes.etcd_members import Learner, Serving, Snapshot, Voter
from changes.etcd_mirror import Mirrored
from changes.etcd_switch import BackAtItsOwn, Switched
from changes.files import File
from changes.seen import Seen
from changes.static_pods import Answering, StaticPod
from changes.step import CarryOut
from formats import manifests
from formats.etcd import Begun
from formats.kubeadm import url
from formats.ports import ETCD_CLIENT
from nodes.first_master import MIRROR
from nodes.inventory import Inventory
from steps.etcd_cluster import FIRST_START_ONLY, material, peer_url


def new_cluster(seen: Seen, inventory: Inventory) -> ToDo:
    """2.1: two members that nobody has written to, on the coming masters; the old etcd goes on as it is."""
    new, begun = seen.new_masters(inventory), _begun(seen)
    cluster = {name: peer_url(inventory, name) for name in new}
    # Behind the switch there is no old etcd any more to take one of.
    snapshot = [] if seen.switched else [Snapshot(seen.first, begun.from_cluster, seen.layout.etcd_data)]
    return [
        *snapshot,
        File(seen.first, MIRROR, begun.text),
        *across(material(seen, inventory, name) for name in new),
        *across(_member(seen, inventory, name, cluster, begun) for name in new),
    ]


def _member(seen: Seen, inventory: Inventory, name: str, cluster: Mapping[str, str], begun: Begun) -> Sequence[Change]:
    image = seen.etcd_image(inventory)
    text = manifests.with_image(seen.manifest(inventory, name, "etcd", dict(cluster)), image)
    return [
        NewMember(name, cluster, begun.token, begun.ahead, image, seen.layout.etcd_data),
        StaticPod(name, "etcd", text, ignoring=FIRST_START_ONLY),
        Serving(name),
    ]


def mirrored(seen: Seen, inventory: Inventory) -> ToDo:
    """2.2: the old etcd's data in the new cluster."""
    return [Mirrored(seen.first, _clients(seen, inventory))]


def switched(seen: Seen, inventory: Inventory) -> ToDo:
    """2.3: the first master's apiserver leaves the old etcd for the new cluster, and the old one is taken away."""
    new, target, begun = seen.new_masters(inventory), _clients(seen, inventory), _begun(seen)
    text = manifests.with_flag(seen.manifests["kube-apiserver"], "--etcd-servers", ",".join(target))
    text = manifests.with_name(text, "kube-apiserver-switched")
    return [
        Mirrored(seen.first, target),
        Switched(seen.first, text, target, begun.ahead),
        Proved(seen.first, begun.from_cluster, new[0]),
        _answering(seen, inventory),
        LeasesAgain(seen.first, new[0]),
        OldEtcdAway(seen.first, seen.layout.etcd_data, begun.from_cluster),
    ]


def third_member(seen: Seen, inventory: Inventory) -> ToDo:
    """2.4: the first master comes back, as the third member of the new cluster."""
    first, new = seen.first, seen.new_masters(inventory)
    cluster = {name: peer_url(inventory, name) for name in (*new, first)}
    text = manifests.with_image(manifests.joining(seen.manifests["etcd"], first, cluster), seen.etcd_image(inventory))
    todo: list[Change] = [
        Learner(first, cluster[first]),
        StaticPod(first, "etcd", text, ignoring=FIRST_START_ONLY),
        Voter(first, cluster[first]),
        Serving(first),
    ]
    return [AfterTheSwitch(change) for change in todo]


def own_etcd(seen: Seen, inventory: Inventory) -> ToDo:
    """2.5: the first master's apiserver goes back to its own etcd."""
    back = BackAtItsOwn(seen.first, seen.manifests["kube-apiserver"])
    return [AfterTheSwitch(back), AfterTheSwitch(_answering(seen, inventory))]


def _begun(seen: Seen) -> Begun:
    """As the note of 2.1 has it; what is to be written there where there is none yet."""
    if seen.mirror:
        return Begun.read(seen.mirror)
    return Begun(
        from_cluster=seen.members.cluster_id,
        token=f"mirror-of-{seen.members.cluster_id}",
        ahead=max(status.revision for status in seen.statuses) + AHEAD,
    )


def _answering(seen: Seen, inventory: Inventory) -> Answering:
    return Answering(seen.first, "kube-apiserver", inventory.nodes[seen.first].address, seen.layout.api_port, "/readyz")


def _clients(seen: Seen, inventory: Inventory) -> tuple[str, ...]:
    """Where the new members serve clients; the article's own choice, emei's, is the last of them."""
    return tuple(url(inventory.nodes[name].address, ETCD_CLIENT) for name in seen.new_masters(inventory))


@pytest.fixture
def new_etcd_cluster(carry_out: CarryOut) -> list[str]:
    return carry_out(new_cluster)


@pytest.fixture
def mirrored_data(carry_out: CarryOut) -> list[str]:
    return carry_out(mirrored)


@pytest.fixture
def switched_apiserver(carry_out: CarryOut) -> list[str]:
    return carry_out(switched)


@pytest.fixture
def third_etcd_member(carry_out: CarryOut) -> list[str]:
    return carry_out(third_member)


@pytest.fixture
def apiservers_own_etcd(carry_out: CarryOut) -> list[str]:
    return carry_out(own_etcd)
