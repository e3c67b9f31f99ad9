"""Room for what is to come: the databases, the static pods on new masters, and on workers what leaves the masters."""

from collections.abc import Iterator

from changes.before import Before
from formats import manifests
from formats.kubernetes import Pod, Resources, requests, total
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Notice, Refusal
from steps.in_the_way.workloads import leaving

# The database is copied to a new member and written again at its first snapshot; on the road `mirror` the first master
# keeps a snapshot and the old one beside the new one.
ROOM = 3

# More than anybody reads.
_NAMED = 10


def _disk(seen: Before, inventory: Inventory) -> Iterator[str]:
    size = max(status.db_size for status in seen.statuses)
    for node in inventory.masters:
        free = seen.machines[node.name].free_bytes
        if free < ROOM * size:
            wanted = f"{ROOM * size >> 20} MiB wanted ({ROOM} x etcd's database)"
            yield f"{node.name}: {free >> 20} MiB free for {seen.layout.etcd_data}, {wanted}: make room"


def _static_pods(seen: Before, inventory: Inventory) -> Iterator[str]:
    """What the kubelet does where there is too little: k8s.io/kubernetes v1.37.2, pkg/kubelet/preemption."""
    for name in seen.new_masters(inventory):
        there = seen.machines[name].manifests
        wanted = total(
            requests(manifests.parse(text).document["spec"])
            for component, text in seen.manifests.items()
            if component not in there
        )
        short = _free(seen, name).lacking(wanted)
        if short:
            yield (
                f"{name}: too little is left for the static pods ({short}): the kubelet would put out ordinary pods"
                f" for them without asking a budget: move some away first, of {_candidates(seen, name)}"
            )


def _candidates(seen: Before, name: str) -> str:
    ordinary = [pod for pod in seen.around.on(name) if not pod.is_critical]
    heaviest = sorted(ordinary, key=lambda pod: (pod.requests.cpu, pod.requests.memory), reverse=True)
    more = f" and {len(heaviest) - _NAMED} more" if len(heaviest) > _NAMED else ""
    return ", ".join(map(str, heaviest[:_NAMED])) + more or "those that are critical (no other is there)"


def _free(seen: Before, name: str) -> Resources:
    """What pods have not asked for yet; nothing at all of a node that the cluster does not have."""
    given = next((node.allocatable for node in seen.nodes if node.name == name), Resources())
    return given - total(pod.requests for pod in seen.around.on(name))


def _moving(seen: Before, inventory: Inventory) -> tuple[Pod, ...]:
    """What has to find a place on a worker: nobody makes a bare pod anew."""
    return tuple(pod for pod in leaving(seen, inventory) if pod.controller)


def _places(seen: Before, inventory: Inventory, pod: Pod) -> list[str]:
    """The workers that a pod's own rules let it onto."""
    workers = {node.name for node in inventory.workers}
    return [node.name for node in seen.nodes if node.name in workers and pod.may_run_on(node)]


def _nowhere(seen: Before, inventory: Inventory) -> Iterator[str]:
    free = {node.name: _free(seen, node.name) for node in inventory.workers}
    for pod in _moving(seen, inventory):
        places = _places(seen, inventory, pod)
        if not places:
            yield (
                f"{pod.node}: {pod} may run on no worker (its node selector or affinity, their taints, or cordoned"
                " ones): give it a worker, or a toleration of the masters' taint"
            )
        elif not any(free[name].holds(pod.requests) for name in places):
            short = "; ".join(f"{name}: {free[name].lacking(pod.requests)}" for name in places)
            yield f"{pod.node}: {pod} fits on no worker once it is evicted ({short}): make room there"


def _together(seen: Before, inventory: Inventory) -> Iterator[str]:
    moving = _moving(seen, inventory)
    free = total(_positive(_free(seen, node.name)) for node in inventory.workers)
    short = free.lacking(total(pod.requests for pod in moving))
    if short and inventory.workers:
        yield (
            f"workers: the {len(moving)} pods that leave the masters need more than is free on all of them ({short}):"
            " add a worker, or make room"
        )


def _positive(room: Resources) -> Resources:
    return Resources(max(room.cpu, 0), max(room.memory, 0), max(room.pods, 0))


def _tight(seen: Before, inventory: Inventory) -> Iterator[str]:
    """The scheduler may find a way that this does not, and the other way round where rules look at other pods."""
    free = {node.name: _free(seen, node.name) for node in inventory.workers}
    homeless = []
    by_size = sorted(_moving(seen, inventory), key=lambda pod: (pod.requests.cpu, pod.requests.memory), reverse=True)
    for pod in by_size:
        places = [name for name in _places(seen, inventory, pod) if free[name].holds(pod.requests)]
        if not places:
            homeless.append(pod)
            continue
        widest = max(places, key=lambda name: (free[name].cpu, free[name].memory))
        free[widest] -= pod.requests
    if homeless:
        yield (
            "workers: it is tight: the largest first, each where most is free, there is no place left for "
            + ", ".join(map(str, homeless))
        )
    for pod in by_size:
        if pod.particular:
            yield f"{pod.node}: {pod} has rules (other pods, spread, a host's port) that only the scheduler can judge"


REFUSALS = (
    Refusal(
        2,
        "less room for etcd's data than three times the database, on any master",
        "it is copied to every new member and written again",
        _disk,
    ),
    Refusal(
        2,
        "less CPU, memory or places for pods left on a coming master than the first one's static pods ask for",
        "they are critical: the kubelet would put out ordinary pods without asking disruption budgets",
        _static_pods,
    ),
    Refusal(
        5,
        "a pod to be evicted that no worker lets in, or has room for",
        "it would stay Pending",
        _nowhere,
    ),
    Refusal(5, "more asked for by all that leaves than is free on all workers", "some would stay Pending", _together),
)

NOTICES = (Notice(5, "pods for which it is tight on the workers, or whose place only the scheduler can judge", _tight),)
