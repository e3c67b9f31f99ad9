"""Step 1: one note, written once and then kept."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import yaml

from changes.files import File
from changes.images import ImagesPulled
from changes.seen import Seen
from formats import kubernetes, manifests
from steps import single_master
from tests.steps import mirrored, states
from tests.steps.states import every_state, listed, table

EXPECTED = """\
wudang: the images of a master's pods
emei: the images of a master's pods
shaolin: /var/lib/kubeadm-ha/first-master.json
"""
NOTE = {"first_master": "shaolin", "etcd_cluster_id": "cafe", "cluster_uid": states.UID}


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(single_master, seen, states.inventory())
    assert table(changes) == EXPECTED
    *_, note = changes
    assert isinstance(note, File)
    assert json.loads(note.content) == NOTE


def test_the_note_says_who_was_first_and_which_cluster_this_is() -> None:
    *_, note = listed(single_master, states.fresh(), states.inventory())
    assert isinstance(note, File)
    assert note.mode == 0o600
    assert json.loads(note.content) == NOTE


@pytest.mark.parametrize("there", [states.record(), states.record("beef"), "by hand"])
def test_a_note_that_is_there_stays_as_it_is(there: str) -> None:
    """It says how the cluster began: what it has become since is the gate's to compare with it."""
    *_, note = listed(single_master, replace(states.fresh(), record=there), states.inventory())
    assert isinstance(note, File)
    assert (note.content, note.mode) == (there, 0o600)


def test_images_are_those_of_the_first_masters_manifests() -> None:
    pulled, *_ = listed(single_master, states.fresh(), states.inventory())
    assert isinstance(pulled, ImagesPulled)
    assert set(pulled.images) == {manifests.parse(text).image for text in states.fresh().manifests.values()}
    assert len(pulled.images) == 4


def test_masters_pull_one_after_the_other() -> None:
    first, second, _ = single_master.changes(states.fresh(), states.inventory())
    assert isinstance(first, ImagesPulled)
    assert isinstance(second, ImagesPulled)


def test_an_image_of_etcd_that_was_changed_by_hand_is_what_is_pulled() -> None:
    """kubeadm-config names another one, or none."""
    seen = states.fresh()
    text = seen.manifests["etcd"].replace(manifests.parse(seen.manifests["etcd"]).image, "mirror.lab/k8s/etcd:3.7.9-0")
    pulled, *_ = listed(single_master, replace(seen, manifests={**seen.manifests, "etcd": text}), states.inventory())
    assert isinstance(pulled, ImagesPulled)
    assert "mirror.lab/k8s/etcd:3.7.9-0" in pulled.images
    told = yaml.safe_load(pulled.configuration)
    assert told["etcd"]["local"]["imageRepository"] == "mirror.lab/k8s"
    assert told["etcd"]["local"]["imageTag"] == "3.7.9-0"
    assert {**told, "etcd": None} == {**yaml.safe_load(seen.configuration.text), "etcd": None}


@pytest.mark.parametrize("image", ["mirror.lab/k8s/etcd-hardened:1", "mirror.lab/etcd@sha256:ab", "etcd:3"])
def test_an_image_that_kubeadm_has_no_words_for_is_left_to_people(image: str) -> None:
    text = states.fresh().configuration.text
    assert kubernetes.with_etcd_image(text, image) == text


def test_the_image_of_a_new_etcd_cluster_is_pulled_on_every_master() -> None:
    """The first one runs it too, once it has joined."""
    inventory = mirrored.inventory(etcd_image="registry.lab/k8s/etcd:3.7.9-0")
    own = manifests.parse(states.fresh().manifests["etcd"]).image
    *pulled, _ = listed(single_master, states.fresh(), inventory)
    assert [change.node for change in pulled] == ["shaolin", "wudang", "emei"]
    for change in pulled:
        assert isinstance(change, ImagesPulled)
        assert "registry.lab/k8s/etcd:3.7.9-0" in change.images
        assert own not in change.images
        told = yaml.safe_load(change.configuration)["etcd"]["local"]
        assert (told["imageRepository"], told["imageTag"]) == ("registry.lab/k8s", "3.7.9-0")


@pytest.mark.parametrize("image", ["", mirrored.IMAGE], ids=["the first master's image", "another image"])
@mirrored.every_state
def test_the_list_is_the_same_wherever_a_mirror_stopped(state: Callable[[str], Seen], image: str) -> None:
    inventory = mirrored.inventory(etcd_image=image) if image else mirrored.inventory()
    fresh = listed(single_master, states.fresh(), inventory)
    found = listed(single_master, state(image), inventory)
    assert [one for one in found if one.node != "shaolin"] == [one for one in fresh if one.node != "shaolin"]
    assert json.loads(found[-1].content) == NOTE  # type: ignore[attr-defined]
