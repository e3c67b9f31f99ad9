"""What runs on the masters to be and has to go somewhere: step 5 evicts it."""

from collections.abc import Iterator

from changes.before import Before
from formats.kubernetes import Pod
from nodes.consents import BARE_PODS, LOCAL_DATA
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Notice, Refusal
from steps.masters import NO_SCHEDULE


def leaving(seen: Before, inventory: Inventory) -> tuple[Pod, ...]:
    """What step 5 evicts, from the first master too: on many a cluster of one master it carries ordinary pods."""
    masters = {node.name for node in inventory.masters}
    return tuple(
        pod for pod in seen.around.pods if pod.node in masters and pod.is_ordinary(NO_SCHEDULE) and not pod.leaving
    )


def no_worker(_seen: object, inventory: Inventory) -> Iterator[str]:
    if not inventory.workers:
        yield "no worker in nodes.yaml: every node would be tainted and ordinary pods could run nowhere; add a worker"


def _budgets(seen: Before, inventory: Inventory) -> Iterator[str]:
    for pod in leaving(seen, inventory):
        guards = [budget for budget in seen.around.budgets if budget.guards(pod)]
        if len(guards) > 1:
            them = " and ".join(map(str, guards))
            yield (
                f"{pod.node}: {pod} has several disruption budgets ({them}), and then nothing may evict it:"
                " leave it one of them"
            )
        elif guards and guards[0].forbids(pod):
            budget = guards[0]
            yield (
                f"{pod.node}: {pod} may not be evicted: its disruption budget {budget} allows none now"
                f" ({budget.healthy} healthy, {budget.wanted_healthy} wanted): run more of it, or relax the budget"
            )


def _bare(seen: Before, inventory: Inventory) -> Iterator[str]:
    for pod in leaving(seen, inventory):
        if not pod.controller:
            yield f"{pod.node}: {pod} has no controller, so that nobody makes it anew: remove it, or give it one"


def _local_data(seen: Before, inventory: Inventory) -> Iterator[str]:
    by_claim = {volume.claim: volume for volume in seen.around.volumes if volume.claim}
    for pod in leaving(seen, inventory):
        found = [f"the emptyDir {name}, which is gone with it" for name in pod.scratch]
        for claim in pod.claims:
            volume = by_claim.get((pod.namespace, claim))
            if volume is None:
                continue
            labels = {node.name: node.labels for node in seen.nodes}
            if volume.on_host:
                found.append(f"the volume {volume.name}, a folder of this node, which stays behind")
            elif not any(volume.reaches(node.name, labels.get(node.name, {})) for node in inventory.workers):
                found.append(f"the volume {volume.name}, which no worker can have: it would wait for ever")
        if found:
            yield f"{pod.node}: {pod} has {', '.join(found)}: bring the data to safety, or the pod to a worker"


def _host_folders(seen: Before, inventory: Inventory) -> Iterator[str]:
    for pod in leaving(seen, inventory):
        if pod.host_folders:
            yield (
                f"{pod.node}: {pod} mounts {', '.join(pod.host_folders)} of its node:"
                " on a worker it finds what that one has there"
            )


REFUSALS = (
    Refusal(5, "no worker in nodes.yaml", "every node would be tainted", no_worker),
    Refusal(
        5,
        "a pod to be evicted whose disruption budget allows no eviction now, or that has several budgets",
        "step 5 would wait for it in vain, in the middle of the window",
        _budgets,
    ),
    Refusal(
        5,
        "a pod without a controller on a master",
        "step 5 evicts it, and nobody makes it anew",
        _bare,
        BARE_PODS,
    ),
    Refusal(
        5,
        "a pod with an emptyDir, or with a volume bound to its node, on a master",
        "step 5 evicts it, and the data do not go with it",
        _local_data,
        LOCAL_DATA,
    ),
)

NOTICES = (Notice(5, "pods that mount folders of a master", _host_folders),)
