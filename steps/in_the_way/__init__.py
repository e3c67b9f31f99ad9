"""What stands in the way of the steps that will run: looked at before the first change, all of it said at once.

Pure, a module a subject, each with a table of its refusals. Each reason names the node, what was seen, what to do.
"""

from collections.abc import Iterator

from changes.before import Before
from nodes.consents import CONSENTS
from nodes.inventory import Inventory
from steps.in_the_way import (
    addresses,
    balancers,
    carried,
    cluster,
    etcd,
    machines,
    mirror,
    network,
    nodes,
    paths,
    room,
    static_pods,
    workloads,
)
from steps.in_the_way.begun import has_begun
from steps.in_the_way.refusal import Notice, Refusal, asking

SUBJECTS = (
    nodes,
    addresses,
    cluster,
    machines,
    etcd,
    mirror,
    room,
    static_pods,
    carried,
    workloads,
    network,
    paths,
    balancers,
)

REFUSALS: tuple[Refusal, ...] = tuple(refusal for subject in SUBJECTS for refusal in subject.REFUSALS)
NOTICES: tuple[Notice, ...] = tuple(
    notice for subject in (carried, etcd, mirror, room, workloads, network) for notice in subject.NOTICES
)


def in_the_way(seen: Before, inventory: Inventory, last_step: int) -> list[str]:
    """Every reason against running steps 1 to `last_step`, the cluster's first, then node by node; empty where there
    is none."""
    against = [one for one in REFUSALS if one.step <= last_step]
    reasons = [reason for one in against for reason in _unaccepted(one, seen, inventory)]
    reasons += _unneeded_consents(seen, inventory, last_step)
    return sorted(reasons, key=lambda reason: _place(reason, inventory))


def worth_knowing(seen: Before, inventory: Inventory, last_step: int) -> list[str]:
    """What is no reason against a run and yet should be known before it: what was accepted first of all."""
    accepted = [
        f"{reason} (accepted as {one.consent.name}: {inventory.accept[one.consent.name]})"
        for one in REFUSALS
        if one.step <= last_step and one.consent is not None and one.consent.name in inventory.accept
        for reason in one.look(seen, inventory)
    ]
    return accepted + [
        sentence for notice in NOTICES if notice.step <= last_step for sentence in notice.look(seen, inventory)
    ]


def _unaccepted(refusal: Refusal, seen: Before, inventory: Inventory) -> Iterator[str]:
    consent = refusal.consent
    if consent is None:
        yield from refusal.look(seen, inventory)
    elif consent.name not in inventory.accept:
        for reason in refusal.look(seen, inventory):
            yield asking(consent, reason)


def _unneeded_consents(seen: Before, inventory: Inventory, last_step: int) -> Iterator[str]:
    """A consent to what is not there would wait for the day that it is; over a step already begun nobody asks."""
    for name in inventory.accept:
        step = CONSENTS[name].step
        about = [one for one in REFUSALS if one.consent is CONSENTS[name]]
        if step > last_step or has_begun(step, seen, inventory):
            continue
        if not any(True for one in about for _ in one.look(seen, inventory)):
            yield f"nodes.yaml: nothing needs the consent `{name}` ({CONSENTS[name].accepts}): remove that line"


def _place(reason: str, inventory: Inventory) -> int:
    about = reason.partition(":")[0]
    names = list(inventory.nodes)
    return names.index(about) + 1 if about in names else 0
