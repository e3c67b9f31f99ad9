"""What the API has, as cases ask for it."""

from collections.abc import Mapping

import pytest

from checks.api import Leases, one_with_kubectl
from nodes.commands import ConnectionLost, Result
from nodes.fleet import side_by_side
from nodes.hosts import Hosts
from tests.steps import states


def test_a_lease_that_nobody_has_taken_yet_fails_the_case_with_a_sentence() -> None:
    """A node that joined a moment ago is Ready before its kubelet has made the Lease."""
    with pytest.raises(AssertionError, match="there is no lease kube-node-lease/wudang yet"):
        Leases()["kube-node-lease/wudang"]


class Fleet:
    """Masters that have kubectl, have none, or are down."""

    side_by_side = staticmethod(side_by_side)

    def __init__(self, masters: Mapping[str, str]) -> None:
        self._masters = masters

    def reader(self, name: str) -> "Reader":
        if self._masters[name] == "down":
            raise ConnectionLost(f"{name} did not answer")
        return Reader(name, self._masters[name] == "kubectl")


class Reader:
    def __init__(self, name: str, has_kubectl: bool) -> None:
        self.name, self._has_kubectl = name, has_kubectl

    def run(self, command: str) -> Result:
        assert command == "command -v kubectl"
        return Result(self.name, command, 0 if self._has_kubectl else 127, "", "")


def looked_from(first: str = "shaolin", **masters: str) -> str:
    return one_with_kubectl(Hosts(Fleet(masters), states.inventory(), first)).name  # type: ignore[arg-type]


def test_the_api_is_asked_from_the_first_master() -> None:
    assert looked_from(shaolin="kubectl", wudang="kubectl", emei="kubectl") == "shaolin"
    assert looked_from("emei", shaolin="kubectl", wudang="kubectl", emei="kubectl") == "emei"


def test_while_that_one_is_down_from_another_that_has_kubectl() -> None:
    assert looked_from(shaolin="down", wudang="none", emei="kubectl") == "emei"


def test_without_one_anywhere_it_says_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        looked_from(shaolin="down", wudang="none", emei="none")
    assert str(failed.value) == (
        "no kubectl on root's PATH of wudang, emei, and shaolin cannot be looked at: install kubectl on a master, or"
        " audit again when one that has it is back"
    )
