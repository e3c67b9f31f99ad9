"""etcdctl's and etcdutl's JSON, as etcd 3.7.3 printed it, and what 3.5 prints differently."""

from pathlib import Path

import pytest

from formats import etcd
from formats.etcd import Alarm, Begun, EtcdOutputError, HashKV, Member, Proof, Snapshot

CLUSTER, FIRST, SECOND = "1aeea168effa5778", "43c695fb8aef3e99", "bcf146ceb7d849f4"


@pytest.fixture
def sample(data: Path) -> Path:
    return data / "etcd"


def test_a_member_list_tells_voters_from_learners(sample: Path) -> None:
    found = etcd.member_list((sample / "list.json").read_text())
    assert found.cluster_id == CLUSTER
    first = Member(FIRST, "m1", ("http://127.0.0.1:11380",), ("http://127.0.0.1:11379",), learner=False)
    second = Member(SECOND, "m2", ("http://127.0.0.1:12380",), ("http://127.0.0.1:12379",), learner=True)
    assert found.members == (first, second)
    assert (found.voters, found.learners) == ((first,), (second,))
    assert found.at("http://127.0.0.1:12380") == second
    assert found.at("http://127.0.0.1:1238") is None


def test_a_member_that_never_started_has_no_name(sample: Path) -> None:
    found = etcd.member_list((sample / "list-unstarted.json").read_text())
    (learner,) = found.learners
    assert learner == Member(SECOND, "", ("http://127.0.0.1:12380",), (), learner=True)
    assert [member.started for member in found.members] == [True, False]


def test_a_promoted_member_is_a_voter(sample: Path) -> None:
    found = etcd.member_list((sample / "list-two.json").read_text())
    assert [member.id for member in found.voters] == [FIRST, SECOND]


def test_a_status_is_the_endpoints_own_view(sample: Path) -> None:
    first, second = etcd.statuses((sample / "status.json").read_text())
    assert (first.endpoint, first.member_id, first.learner) == ("http://127.0.0.1:11379", FIRST, False)
    assert (second.endpoint, second.member_id, second.learner) == ("http://127.0.0.1:12379", SECOND, True)
    for status in (first, second):
        assert (status.cluster_id, status.leader_id, status.term) == (CLUSTER, FIRST, 2)
        assert (status.raft_index, status.raft_applied_index, status.revision) == (8, 8, 3)
        assert (status.db_size, status.db_size_in_use, status.version) == (20480, 16384, "3.7.3")
        assert status.errors == ()


def test_a_status_tells_alarms_as_errors(sample: Path) -> None:
    first, _ = etcd.statuses((sample / "status-alarm.json").read_text())
    assert first.errors == ("memberID:4883755753530146457 alarm:NOSPACE",)


def test_an_endpoint_without_a_leader() -> None:
    # etcd 3.5 while an election runs: no leader, no storageVersion, no quota
    text = (
        '[{"Endpoint":"https://127.0.0.1:2379","Status":{"header":{"cluster_id":1,"member_id":2,"raft_term":7},'
        '"version":"3.5.33","dbSize":20480,"raftIndex":9,"raftTerm":7,"raftAppliedIndex":9,'
        '"errors":["etcdserver: no leader"],"dbSizeInUse":16384}}]'
    )
    (status,) = etcd.statuses(text)
    assert (status.leader_id, status.errors, status.revision) == ("", ("etcdserver: no leader",), 0)


def test_a_hash_names_its_revision(sample: Path) -> None:
    assert etcd.hash_kv((sample / "hashkv.json").read_text()) == (
        HashKV("http://127.0.0.1:11379", FIRST, 3424965703, revision=3, hash_revision=3, compact_revision=-1),
    )


def test_alarms_have_names(sample: Path) -> None:
    assert etcd.alarms((sample / "alarm-none.json").read_text()) == ()
    text = (sample / "alarm.json").read_text()
    assert etcd.alarms(text) == (Alarm(FIRST, "NOSPACE"),)
    assert etcd.alarms(text.replace('"alarm":1', '"alarm":2')) == (Alarm(FIRST, "CORRUPT"),)
    assert etcd.alarms(text.replace('"alarm":1', '"alarm":9')) == (Alarm(FIRST, "9"),)


def test_a_snapshot_is_counted(sample: Path) -> None:
    assert etcd.snapshot((sample / "snapshot.json").read_text()) == Snapshot(3306069487, 3, 2, 20480)


@pytest.mark.parametrize("text", ["", "Error: context deadline exceeded", "{}", "[]", '{"header":{}}', "null"])
def test_other_output_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(EtcdOutputError, match=r"^`etcdctl member list -w json` printed what"):
        etcd.member_list(text)


def test_each_key_has_its_lease() -> None:
    text = '"Revision" : 8\n"Key" : "/a"\n"Lease" : 0\n"Key" : "/b"\n"Lease" : 7587894\n"More" : false\n"Count" : 2\n'
    assert etcd.leases(text) == {'"/a"': "0", '"/b"': "7587894"}


@pytest.mark.parametrize("gone", ['"Lease" : 0\n', '"Key" : "/b"\n"Lease" : 7\n'])
def test_a_list_of_leases_that_broke_off_is_told(gone: str) -> None:
    text = '"Revision" : 8\n"Key" : "/a"\n"Lease" : 0\n"Key" : "/b"\n"Lease" : 7\n"Count" : 2\n'
    with pytest.raises(EtcdOutputError, match="keys and"):
        etcd.leases(text.replace(gone, ""))


def test_extent_is_the_count_at_a_revision() -> None:
    fields = '"ClusterID" : 51966\n"MemberID" : 7\n"Revision" : 812\n"RaftTerm" : 2\n"More" : false\n"Count" : 20304\n'
    assert etcd.extent(fields) == etcd.Extent(keys=20304, revision=812)


@pytest.mark.parametrize("text", ["", "Error: context deadline exceeded\n", '"Counter" : 7\n'])
def test_an_output_without_a_count_is_told(text: str) -> None:
    with pytest.raises(EtcdOutputError, match="printed no count"):
        etcd.extent(text)


NOTES = [
    Begun(from_cluster="cafe", token="mirror-of-cafe", ahead=1_000_000_812),  # noqa: S106  # of etcd
    Proof(from_cluster="cafe", to_cluster="beef", revision=812, keys=20304, old="a1", new="a1"),
]


@pytest.mark.parametrize("note", NOTES, ids=["where it began", "what the switch saw"])
def test_a_note_is_read_as_it_was_written(note: Begun | Proof) -> None:
    assert type(note).read(note.text) == note
    assert note.text.endswith("\n}\n"), "a person looks at it with cat"


@pytest.mark.parametrize("kind", [Begun, Proof])
@pytest.mark.parametrize("text", ["", "by hand", "[]", "{}", '{"from_cluster": "cafe"}', '{"more": 1}'])
def test_a_note_of_another_shape_is_none(kind: type[Begun | Proof], text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        kind.read(text)
