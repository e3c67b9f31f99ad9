"""Snapshots, whole, under names of their own, none ever overwritten; and when a learner becomes a voter.

The commands run in a real shell; etcdctl and etcdutl are stood in for.
"""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from changes import etcd_members
from changes.etcd_members import FRESH_MINUTES, Snapshot, Voter
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from nodes.waiting import NeverCameError
from tests.changes.folder_host import FolderHost
from tests.changes.programs import Programs

SNAPSHOT = Snapshot("shaolin", "cafe")
KEPT = "/var/lib/kubeadm-ha"
PEER_URL = "https://10.24.138.208:2380"

VERSION = 'echo "$(basename "$0") version: 3.7.3"'
WHOLE = b"whole\n" + hashlib.sha256(b"whole\n").digest()

ETCDCTL = f"""
for last; do :; done
case "$*" in
  version) {VERSION} ;;
  *" member list "*) cat "$STATE/members" ;;
  *" snapshot save "*) cat "$STATE/database" > "$last" ;;
esac
"""
ETCDUTL = f"""
[ "$*" != version ] || {{ {VERSION}; exit; }}
grep -q whole "$3" || {{ echo "Error: no database" >&2; exit 1; }}
"""


@pytest.fixture(autouse=True)
def etcd(programs: Programs, shaolin: FolderHost) -> Programs:
    shaolin.at("/var/lib/etcd").mkdir(parents=True)
    programs.add("etcdctl", ETCDCTL)
    programs.add("etcdutl", ETCDUTL)
    (programs.state / "database").write_bytes(WHOLE)
    voters(programs, 1)
    return programs


def voters(programs: Programs, count: int) -> None:
    """So many, and a learner, which makes no difference."""
    listed = [{"ID": number, "isLearner": number > count} for number in range(1, count + 2)]
    (programs.state / "members").write_text(json.dumps({"header": {"cluster_id": 0xCAFE}, "members": listed}))


def snapshot_of(host: FolderHost, hours: float, content: bytes = WHOLE, cluster: str = "cafe") -> Path:
    """One that an earlier run has left."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - hours * 3600))
    file = host.put(f"{KEPT}/etcd-{cluster}-{stamp}.db", content, 0o600)
    os.utime(file, (time.time() - hours * 3600,) * 2)
    return file


def snapshots(host: FolderHost) -> list[Path]:
    return sorted(host.at(KEPT).glob("etcd-*.db"))


def test_one_is_taken_and_then_so(both: Hosts, shaolin: FolderHost) -> None:
    before = SNAPSHOT.look(both)
    assert (before.so, before.seen) == (False, "none that is whole and fresh")
    SNAPSHOT.do(both)
    assert SNAPSHOT.look(both).so
    (file,) = snapshots(shaolin)
    assert file.name.startswith("etcd-cafe-2")
    assert (shaolin.mode(KEPT), f"{file.stat().st_mode & 0o7777:04o}") == ("0700", "0600"), "it holds every Secret"
    assert [path.name for path in shaolin.at(KEPT).iterdir()] == [file.name]


def test_an_old_one_is_no_way_back_and_is_kept_beside_the_new(both: Hosts, shaolin: FolderHost) -> None:
    """Of an attempt that was given up months ago."""
    old = snapshot_of(shaolin, FRESH_MINUTES / 60 + 0.1)
    assert not SNAPSHOT.look(both).so
    SNAPSHOT.do(both)
    assert SNAPSHOT.look(both).so
    assert len(snapshots(shaolin)) == 2
    assert old.read_bytes() == WHOLE


def test_a_fresh_one_of_a_run_that_was_killed_is_enough(both: Hosts, shaolin: FolderHost) -> None:
    snapshot_of(shaolin, FRESH_MINUTES / 60 - 0.1)
    assert SNAPSHOT.look(both).so


def test_in_a_cluster_that_has_grown_its_age_makes_no_difference(
    both: Hosts, shaolin: FolderHost, etcd: Programs
) -> None:
    """What it was before is to be found in none that is younger."""
    snapshot_of(shaolin, 24 * 60)
    assert not SNAPSHOT.look(both).so
    voters(etcd, 2)
    assert SNAPSHOT.look(both).so


def test_another_clusters_does_not_count(both: Hosts, shaolin: FolderHost) -> None:
    """The machine has been a cluster's first master before."""
    snapshot_of(shaolin, 0.1, cluster="beef")
    assert not SNAPSHOT.look(both).so


def test_one_that_is_not_whole_does_not_count_and_does_not_hide_another(both: Hosts, shaolin: FolderHost) -> None:
    snapshot_of(shaolin, 0.1, content=b"half")
    assert not SNAPSHOT.look(both).so
    snapshot_of(shaolin, 0.2)
    assert SNAPSHOT.look(both).so


def test_what_arrives_in_part_never_gets_the_name(both: Hosts, shaolin: FolderHost, etcd: Programs) -> None:
    for found, fault in ((b"half", "no database"), (WHOLE[:-1], "what was saved is not whole")):
        (etcd.state / "database").write_bytes(found)
        with pytest.raises(CommandFailed, match=fault):
            SNAPSHOT.do(both)
        assert snapshots(shaolin) == []
        assert list(shaolin.at("/var/lib/etcd").iterdir()) == [], "etcd's folder is as it was"
    (etcd.state / "database").write_bytes(WHOLE)
    SNAPSHOT.do(both)
    assert SNAPSHOT.look(both).so
    assert [path.name for path in shaolin.at(KEPT).iterdir()] == [path.name for path in snapshots(shaolin)]


def test_tools_of_the_container_save_where_the_container_can_write(
    both: Hosts, shaolin: FolderHost, etcd: Programs
) -> None:
    """It sees etcd's data directory and no other folder of the host."""
    inside = etcd.folder.parent / "inside"
    inside.mkdir()
    for name in ("etcdctl", "etcdutl"):
        (etcd.folder / name).rename(inside / name)
    etcd.add(
        "ctr",
        f"""
case "$*" in
  *" containers ls "*) echo c0ffeec0ffee ;;
  *" tasks ls") echo "c0ffeec0ffee 413 RUNNING" ;;
  *"{KEPT}"*) echo "no such file or directory" >&2; exit 1 ;;
  *) shift 7; PATH="{inside}:$PATH" "$@" ;;
esac
""",
    )
    assert not SNAPSHOT.look(both).so
    SNAPSHOT.do(both)
    assert SNAPSHOT.look(both).so
    assert [f"{path.stat().st_mode & 0o7777:04o}" for path in snapshots(shaolin)] == ["0600"]
    assert list(shaolin.at("/var/lib/etcd").iterdir()) == []


class TestVoters:
    """A member that waits as a learner until etcd would take the next one."""

    @pytest.fixture(autouse=True)
    def learner(self, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Programs:
        """etcd's answers: a learner that has started, which `promote` makes a voter at a noted moment."""
        monkeypatch.setattr(etcd_members, "HEALTH_SECONDS", 1.0)
        programs.add(
            "etcdctl",
            f"""
case "$*" in
  version) {VERSION} ;;
  *" member list "*) cat "$STATE/members" ;;
  *" member promote "*) date +%s.%N > "$STATE/promoted"; cp "$STATE/voting" "$STATE/members" ;;
esac
""",
        )
        (programs.state / "members").write_text(member(learner=True))
        (programs.state / "voting").write_text(member(learner=False))
        return programs

    @pytest.mark.parametrize(("settled", "waits"), [(True, True), (False, False)])
    def test_only_who_is_followed_by_another_waits_before_the_vote(
        self, both: Hosts, learner: Programs, settled: bool, waits: bool
    ) -> None:
        voter = Voter("wudang", PEER_URL, settled=settled)
        assert voter.look(both).seen == "it is a learner still"
        began = time.time()
        voter.do(both)
        assert voter.look(both).so
        assert (float((learner.state / "promoted").read_text()) - began >= 1.0) is waits

    @pytest.mark.parametrize("settled", [True, False])
    def test_one_that_has_not_started_is_not_promoted(
        self, both: Hosts, learner: Programs, monkeypatch: pytest.MonkeyPatch, settled: bool
    ) -> None:
        (learner.state / "members").write_text(member(learner=True, name=""))
        monkeypatch.setattr(etcd_members, "CATCHING_UP_SECONDS", 0.5)
        with pytest.raises(NeverCameError, match="last seen: it has not started"):
            Voter("wudang", PEER_URL, settled=settled).do(both)
        assert not (learner.state / "promoted").exists()


def member(*, learner: bool, name: str = "wudang") -> str:
    there = {"ID": 7, "name": name, "peerURLs": [PEER_URL], "isLearner": learner}
    return json.dumps({"header": {"cluster_id": 0xCAFE}, "members": [there]})
