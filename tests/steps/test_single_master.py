"""Step 1: one note, the same whatever stands."""

import json

from changes.files import File
from changes.seen import Seen
from steps import single_master
from tests.steps import states
from tests.steps.states import contents, every_state, table

EXPECTED = """\
shaolin: /var/lib/kubeadm-ha/first-master.json
"""


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = single_master.changes(seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(single_master.changes(states.fresh(), states.inventory()))


def test_the_note_says_who_was_first_and_which_cluster_this_is() -> None:
    (note,) = single_master.changes(states.fresh(), states.inventory())
    assert isinstance(note, File)
    assert note.mode == 0o600
    assert json.loads(note.content) == {
        "first_master": "shaolin",
        "etcd_cluster_id": "cafe",
        "cluster_uid": states.UID,
    }
