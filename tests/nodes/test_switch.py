"""Where the first apiserver stands on the road `mirror`, and whose etcd is asked then."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from nodes.hosts import Hosts
from nodes.reading import Reader
from nodes.switch import MANIFEST, PARKED, PROOF, SWITCHED, is_switched
from tests.changes.folder_host import FolderHost
from tests.steps import states

# What stands on the first master, on the way; and whether it has left its old etcd.
PLACES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "as it was": ((MANIFEST,), False),
    "nowhere: the one moment between two renames, from which it goes back": ((PARKED,), False),
    "at the new members, and nothing proved yet": ((PARKED, SWITCHED), True),
    "at the new members": ((PARKED, SWITCHED, PROOF), True),
    "back at its own": ((MANIFEST, PROOF), True),
}
every_place = pytest.mark.parametrize(("there", "switched"), PLACES.values(), ids=list(PLACES))


@pytest.fixture
def first(tmp_path: Path) -> FolderHost:
    return FolderHost("shaolin", tmp_path)


def hosts(first: FolderHost, road: str) -> Hosts:
    return Hosts(cast(Any, {"shaolin": first}), states.inventory(etcd=road), "shaolin")


@every_place
def test_it_has_left_its_old_etcd_once_and_for_all(first: FolderHost, there: tuple[str, ...], switched: bool) -> None:
    for path in there:
        first.put(path, "")
    assert is_switched(first) == is_switched(Reader(cast(Any, first))) == switched


@every_place
def test_etcd_is_asked_where_its_data_is(first: FolderHost, there: tuple[str, ...], switched: bool) -> None:
    for path in there:
        first.put(path, "")
    assert hosts(first, "mirror").etcd_master == ("wudang" if switched else "shaolin")
    assert hosts(first, "grow").etcd_master == "shaolin"


def test_on_the_road_grow_nothing_is_asked_for_that(first: FolderHost) -> None:
    assert hosts(first, "grow").etcd_master == "shaolin"
    assert first.commands == []


def test_whose_member_is_asked_can_be_said(first: FolderHost, tmp_path: Path) -> None:
    asked = []

    class Tools:
        def run(self, session: FolderHost, *_: str, **__: object) -> Any:
            asked.append(session.name)
            return session.run("true")

    both = {"shaolin": first, "wudang": FolderHost("wudang", tmp_path)}
    cluster = replace(hosts(first, "mirror"), fleet=cast(Any, both))
    cluster.__dict__["etcd_tools"] = Tools()
    cluster.etcdctl("member", "list")
    cluster.etcdctl("member", "list", on="wudang")
    first.put(SWITCHED, "")
    cluster.etcdctl("member", "list")
    assert asked == ["shaolin", "wudang", "wudang"]
