"""Which etcd cluster this is to be, and whose member counts for the first apiserver."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from checks import etcd
from checks.gathering import Gathered
from nodes.first_master import RECORD
from nodes.hosts import Hosts
from nodes.reading import Reader
from nodes.switch import PROOF, SWITCHED
from tests.changes.folder_host import FolderHost
from tests.steps import mirrored, states


@pytest.fixture
def first(tmp_path: Any) -> FolderHost:
    return FolderHost("shaolin", tmp_path)


@pytest.fixture
def hosts(first: FolderHost) -> Hosts:
    fleet = SimpleNamespace(reader=lambda _name: Reader(cast(Any, first)))
    return Hosts(cast(Any, fleet), states.inventory(), "shaolin")


def began_as(hosts: Hosts) -> str:
    return cast(str, etcd.began_as.__wrapped__(hosts))  # type: ignore[attr-defined]  # the fixture's own function


def test_the_note_of_step_1_says_which_cluster_it_is(hosts: Hosts, first: FolderHost) -> None:
    with pytest.raises(pytest.fail.Exception, match="the runbook has not converted this cluster"):
        began_as(hosts)
    first.put(RECORD, states.record("cafe"))
    assert began_as(hosts) == "cafe"


def test_behind_a_switch_the_proof_of_it_does(hosts: Hosts, first: FolderHost) -> None:
    """Whatever road nodes.yaml has come to say."""
    first.put(RECORD, states.record("cafe"))
    first.put(PROOF, mirrored.proof().text)
    assert began_as(hosts) == "beef"


def test_the_first_apiserver_reads_from_its_own_member_and_from_another_for_a_while(
    hosts: Hosts, first: FolderHost
) -> None:
    views = cast(Gathered[etcd.View], {"shaolin": "its own", "wudang": "a new one"})
    looked_at = etcd.read_by_the_first.__wrapped__  # type: ignore[attr-defined]
    assert looked_at(hosts, views) == ("shaolin", "its own")
    first.put(SWITCHED, "")
    assert looked_at(hosts, views) == ("wudang", "a new one")
