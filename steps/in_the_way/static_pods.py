"""The first master's manifests, which the new masters' are made from, and what already stands there."""

from collections.abc import Callable, Iterator
from functools import partial

from changes.seen import Seen
from formats import manifests
from nodes.inventory import Inventory
from steps.etcd_cluster import FIRST_START_ONLY, peer_url
from steps.in_the_way.nodes import PULLS
from steps.in_the_way.refusal import Refusal

# At which step a component comes to new masters.
STEPS = {"etcd": 2, "kube-apiserver": 3, "kube-controller-manager": 4, "kube-scheduler": 4}


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
        text = seen.manifest(inventory, name, component, own)
        return manifests.with_image(text, seen.etcd_image(inventory)) if component == "etcd" else text
    except manifests.ManifestError as error:
        return error


def _images(seen: Seen, inventory: Inventory) -> Iterator[str]:
    """Step 1 pulls what is missing, of all steps: a registry that is down is met there."""
    own = {component: manifests.parse(seen.manifests[component]).image for component in STEPS}
    images = {**own, "etcd": seen.etcd_image(inventory)}
    for name in (seen.first, *seen.new_masters(inventory)):
        machine = seen.machines[name]
        for component, image in images.items():
            runs_it = name == seen.first and image == own[component]
            if not runs_it and image not in machine.images and machine.missing & PULLS:
                yield f"{name}: image {image} is not there, and no kubeadm to pull it: install it, or load the image"


def _first_masters_own(component: str, seen: Seen, inventory: Inventory) -> Iterator[str]:
    for name in seen.new_masters(inventory):
        error = _rendered(seen, inventory, name, component)
        if isinstance(error, manifests.ManifestError):
            yield f"{seen.first}: {component}.yaml cannot be carried over to {name}: {error}"


def _election(seen: Seen, _inventory: Inventory) -> Iterator[str]:
    for component in ("kube-controller-manager", "kube-scheduler"):
        if manifests.parse(seen.manifests[component]).flag("--leader-elect") == "false":
            yield f"{seen.first}: {component} has --leader-elect=false: three would all act; remove the flag first"


def of_each_component(
    what: str, why: str, look: Callable[[str, Seen, Inventory], Iterator[str]]
) -> tuple[Refusal, ...]:
    """One for each component, from the step on that brings it to new masters."""
    return tuple(Refusal(step, what, why, partial(look, component)) for component, step in STEPS.items())


REFUSALS = (
    Refusal(
        2,
        "a static pod on a new master that is not what the first master's gives",
        "writing it anew would restart it: make them equal by hand, one at a time",
        _drift,
    ),
    Refusal(
        1,
        "an image of the static pods to come that is not on a master, where there is no kubeadm to pull it",
        "step 1 pulls it; nothing should be pulled in the middle",
        _images,
    ),
    *of_each_component(
        "the first master's name or address in a manifest where only a person can say what another master should have",
        "copying it would be wrong, changing it a guess",
        _first_masters_own,
    ),
    Refusal(4, "`--leader-elect=false`", "three would all act", _election),
)
