"""The cluster of tests.steps.states on the road `mirror`, as a run that stopped on the way has left it.

born        behind 2.1: the coming masters are a cluster of their own, and the old etcd serves
committed   killed in 2.3, right behind the switch: no proof yet, and the old etcd not yet taken away
away        behind 2.3: the first master has no etcd, and its apiserver serves from the new members
joined      behind 2.4: the first master is the third member
back        behind 2.5: its apiserver is at its own etcd again
"""

from dataclasses import replace
from functools import cache

import pytest

from changes.etcd_birth import AHEAD
from changes.seen import Machine, Seen
from formats import etcd, manifests
from nodes.inventory import Inventory
from tests.steps import states

NEW = ("wudang", "emei")
ALL_THREE = (*NEW, "shaolin")
BEEF = 0xBEEF
IMAGE = "registry.k8s.io/etcd:3.7.9-0"


def inventory(**cluster: str) -> Inventory:
    return states.inventory(etcd="mirror", **cluster)


@cache
def begun() -> etcd.Begun:
    (status,) = states.fresh().statuses
    return etcd.Begun(from_cluster="cafe", token="mirror-of-cafe", ahead=status.revision + AHEAD)  # noqa: S106  # of etcd


@cache
def proof() -> etcd.Proof:
    return etcd.Proof(from_cluster="cafe", to_cluster="beef", revision=812, keys=304, old="a1", new="a1")


def _machines(first: tuple[str, ...], image: str = "") -> dict[str, Machine]:
    """`first`: which manifests the first master has in their place."""
    found = states.machines(with_etcd=NEW, pods=dict.fromkeys(NEW, ("etcd",)))
    shaolin = found["shaolin"].manifests

    def of_new(one: Machine) -> Machine:
        text = one.manifests["etcd"]
        there = {"etcd": manifests.with_image(text, image) if image else text}
        return replace(one, etcd_token=begun().token, manifests=there)

    return {
        **found,
        **{name: of_new(found[name]) for name in NEW},
        "shaolin": replace(found["shaolin"], manifests={name: shaolin[name] for name in first}),
    }


ALL = tuple(states.sample_manifests())
WITHOUT_APISERVER = tuple(name for name in ALL if name != "kube-apiserver")
WITHOUT_EITHER = tuple(name for name in WITHOUT_APISERVER if name != "etcd")


@cache
def born(image: str = "") -> Seen:
    return replace(states.fresh(), record=states.record(), mirror=begun().text, machines=_machines(ALL, image))


@cache
def committed(image: str = "") -> Seen:
    return replace(born(), members=states.members(*NEW, cluster_id=BEEF), machines=_machines(WITHOUT_APISERVER, image))


@cache
def away(image: str = "") -> Seen:
    return replace(committed(), proof=proof().text, machines=_machines(WITHOUT_EITHER, image))


@cache
def joined(image: str = "") -> Seen:
    own = states.sample_manifests()
    text = manifests.joining(
        own["etcd"], "shaolin", {name: f"https://{states.ADDRESSES[name]}:2380" for name in ALL_THREE}
    )
    text = manifests.with_image(text, image) if image else text
    return replace(
        away(),
        members=states.members(*ALL_THREE, cluster_id=BEEF),
        manifests={**own, "etcd": text},
        machines=_machines(WITHOUT_APISERVER, image),
    )


@cache
def back(image: str = "") -> Seen:
    return replace(joined(image), machines=_machines(ALL, image))


STATES = {"born": born, "committed": committed, "away": away, "joined": joined, "back": back}

every_state = pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
