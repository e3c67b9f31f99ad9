"""What the first master's components need of their host, and a copy cannot bring to another."""

from collections.abc import Iterator

from changes.seen import Seen
from formats import manifests
from formats.manifests.beyond import beyond
from nodes.inventory import Inventory
from steps.etcd_cluster import peer_url
from steps.in_the_way.refusal import Notice, Refusal
from steps.in_the_way.static_pods import of_each_component


def _given(component: str, seen: Seen, inventory: Inventory) -> Iterator[str]:
    for name in seen.new_masters(inventory):
        for path, by in seen.carriages[component].given.items():
            if path in seen.lacking.get(name, ()):
                yield (
                    f"{name}: no {path}, which {component} needs ({by} on {seen.first}) and no copy gives: set up"
                    f" there what makes it on {seen.first}"
                )


def _servers(component: str, seen: Seen, inventory: Inventory) -> Iterator[str]:
    own = manifests.parse(seen.manifests[component]).flag("--secure-port")
    for port, by in seen.carriages[component].servers.items():
        if str(port) == own or port not in seen.machines[seen.first].listening:
            continue
        for name in seen.new_masters(inventory):
            if port not in seen.machines[name].listening:
                yield (
                    f"{name}: nothing listens on port {port}, where {component} would ask its own host"
                    f" ({by} on {seen.first}): start there what listens on {seen.first}"
                )


def _faults(component: str, seen: Seen, _inventory: Inventory) -> Iterator[str]:
    for fault in seen.carriages[component].faults:
        yield f"{seen.first}: {component}: {fault}"


def _user(component: str, seen: Seen, _inventory: Inventory) -> Iterator[str]:
    if user := manifests.parse(seen.manifests[component]).user:
        yield (
            f"{seen.first}: {component} runs as user {user} (kubeadm's RootlessControlPlane, or a patch), whose files"
            " are that user's: not supported; let it run as root"
        )


def _member(seen: Seen, inventory: Inventory) -> Iterator[str]:
    for name in inventory.nodes:
        member = seen.members.at(peer_url(inventory, name))
        if member is not None and member.name not in ("", name):
            called = f"{name}: its etcd member is called {member.name}"
            yield f"{called}: kubeadm names members by their Nodes; another name is not supported"


def _drift(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    """What stood there before: carried over like all else, and lost on every master when kubeadm renders anew."""
    for component, text in seen.manifests.items():
        if found := beyond(manifests.parse(text), seen.configuration):
            yield (
                f"{seen.first}: {component}.yaml is not what kubeadm would write from kubeadm-config"
                f" ({', '.join(found)}): it is carried over as it stands; the next `kubeadm upgrade` undoes it on every"
                " master, unless a folder of patches that you give it says the same"
            )


REFUSALS = (
    Refusal(
        2,
        "an etcd member with another name than its Node",
        "the next `kubeadm upgrade` renames it; not supported",
        _member,
    ),
    *of_each_component(
        "a socket, a device or a file of the host's own that a component needs (a KMS plug-in's socket) and a coming"
        " master does not have",
        "no copy gives that to a new master; where it is there, nothing is said",
        _given,
    ),
    *of_each_component(
        "a webhook or a proxy that a component asks on its own host, where nothing listens on a coming master",
        "its apiserver would know nobody, or let nothing through",
        _servers,
    ),
    *of_each_component(
        "a serving certificate or a component's kubeconfig in another file than kubeadm's; a relative path",
        "copied, it would be the first master's",
        _faults,
    ),
    *of_each_component(
        "a static pod that runs as another user than root (RootlessControlPlane)",
        "not supported",
        _user,
    ),
)

NOTICES = (
    Notice(2, "hand edits and patches in the first master's manifests, which kubeadm would not write again", _drift),
)
