"""Pods moved off a node; `kubectl` is stood in for by a program that remembers what it was asked."""

import json
from dataclasses import replace
from typing import Any

import pytest

from changes.evictions import NoOrdinaryPods
from formats.kubernetes import Taint
from nodes import waiting
from nodes.hosts import Hosts
from nodes.waiting import NeverCameError
from tests.changes.programs import Programs
from tests.steps import inhabited, states

CHANGE = NoOrdinaryPods("shaolin", Taint("node-role.kubernetes.io/control-plane", "NoSchedule"), deadline=0.3)
# What the apiserver of 1.37.2 answers, as kubectl tells it.
FORBIDDEN = "Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget."


@pytest.fixture
def cluster(both: Hosts, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
    return replace(both, inventory=states.inventory())


def living(programs: Programs, *pods: dict[str, Any], refusal: str = "") -> None:
    """These are on the node; an eviction is written down and, without a refusal, obeyed at once."""
    (programs.state / "pods").write_text(json.dumps({"kind": "List", "items": pods}))
    (programs.state / "none").write_text(json.dumps({"kind": "List", "items": []}))
    obeyed = 'cp "$STATE/none" "$STATE/pods"'
    refused = f"printf '%s' \"{refusal}\" >&2; exit 1"
    programs.add(
        "kubectl",
        'case "$*" in\n'
        f'*eviction*) cat >> "$STATE/asked"; {refused if refusal else obeyed};;\n'
        '*) cat "$STATE/pods";;\nesac',
    )


def asked(programs: Programs) -> str:
    file = programs.state / "asked"
    return file.read_text() if file.exists() else ""


def test_ordinary_pods_are_evicted_and_those_alone(cluster: Hosts, programs: Programs) -> None:
    stays = inhabited.pod("dns", "shaolin", tolerations=[inhabited.TOLERATING])
    living(programs, inhabited.pod("web", "shaolin"), stays)
    assert CHANGE.look(cluster).diff == "- evict default/web\n"
    CHANGE.do(cluster)
    eviction = json.loads(asked(programs))
    assert eviction["metadata"] == {"name": "web", "namespace": "default"}
    assert eviction["deleteOptions"]["preconditions"] == {"uid": "web"}
    assert CHANGE.look(cluster).so


def test_a_budget_that_says_no_to_the_end_is_named_with_what_to_do(cluster: Hosts, programs: Programs) -> None:
    living(programs, inhabited.pod("web", "shaolin"), refusal=FORBIDDEN)
    with pytest.raises(NeverCameError) as told:
        CHANGE.do(cluster)
    assert "default/web may not be evicted, its disruption budget allows none (`kubectl -n default get pdb`)" in str(
        told.value
    )
    assert "start the same command again" in str(told.value)
    assert asked(programs).count('"Eviction"') > 1, "a budget that allows none now may allow one in a moment"


def test_another_error_is_told_as_it_is(cluster: Hosts, programs: Programs) -> None:
    living(programs, inhabited.pod("web", "shaolin"), refusal="Error from server (Forbidden): no")
    with pytest.raises(NeverCameError, match=r"default/web was not evicted: .*Forbidden"):
        CHANGE.do(cluster)


def test_a_pod_may_take_the_time_that_it_was_promised(
    cluster: Hosts, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    monkeypatch.setattr("changes.evictions.wait_until", lambda _what, _seen, deadline: given.append(deadline))
    living(programs, inhabited.pod("web", "shaolin", terminationGracePeriodSeconds=600))
    CHANGE.do(cluster)
    assert given == [600.3]
