"""Step 1: one note, written once and then kept."""

import json
from dataclasses import replace

import pytest

from changes.files import File
from changes.seen import Seen
from steps import single_master
from tests.steps import states
from tests.steps.states import every_state, listed, table

EXPECTED = """\
shaolin: /var/lib/kubeadm-ha/first-master.json
"""
NOTE = {"first_master": "shaolin", "etcd_cluster_id": "cafe", "cluster_uid": states.UID}


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(single_master, seen, states.inventory())
    assert table(changes) == EXPECTED
    (note,) = changes
    assert isinstance(note, File)
    assert json.loads(note.content) == NOTE


def test_the_note_says_who_was_first_and_which_cluster_this_is() -> None:
    (note,) = listed(single_master, states.fresh(), states.inventory())
    assert isinstance(note, File)
    assert note.mode == 0o600
    assert json.loads(note.content) == NOTE


@pytest.mark.parametrize("there", [states.record(), states.record("beef"), "by hand"])
def test_a_note_that_is_there_stays_as_it_is(there: str) -> None:
    """It says how the cluster began: what it has become since is the gate's to compare with it."""
    (note,) = listed(single_master, replace(states.fresh(), record=there), states.inventory())
    assert isinstance(note, File)
    assert (note.content, note.mode) == (there, 0o600)
