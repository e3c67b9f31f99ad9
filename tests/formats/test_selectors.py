"""Selectors, as the API's own documents define them."""

from typing import Any

import pytest

from formats.kubernetes.selectors import selects, selects_node

LABELS = {"app": "web", "tier": "3"}


def at(name: str) -> dict[str, Any]:
    return {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [name]}]}]}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    "selector",
    [
        {},
        {"matchLabels": {"app": "web"}},
        expression("app", "In", "db", "web"),
        expression("app", "NotIn", "db"),
        expression("none", "NotIn", "db"),
        expression("app", "Exists"),
        expression("none", "DoesNotExist"),
        {"matchLabels": {"app": "web"}, **expression("tier", "Exists")},
    ],
)
def test_it_selects(selector: dict[str, Any]) -> None:
    assert selects(selector, LABELS)


@pytest.mark.parametrize(
    "selector",
    [
        None,
        {"matchLabels": {"app": "db"}},
        {"matchLabels": {"none": ""}},
        expression("app", "In", "db"),
        expression("app", "NotIn", "web"),
        expression("none", "Exists"),
        expression("app", "DoesNotExist"),
        expression("app", "Resembles", "web"),
        {"matchLabels": {"app": "web"}, **expression("none", "Exists")},
    ],
)
def test_it_does_not_select(selector: dict[str, Any] | None) -> None:
    assert not selects(selector, LABELS)


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        (None, True),
        ({"nodeSelectorTerms": []}, False),
        ({"nodeSelectorTerms": [{}]}, False),
        ({"nodeSelectorTerms": [{}, expression("app", "Exists")]}, True),
        ({"nodeSelectorTerms": [expression("tier", "Gt", "2")]}, True),
        ({"nodeSelectorTerms": [expression("tier", "Lt", "3")]}, False),
        ({"nodeSelectorTerms": [expression("none", "Gt", "2")]}, False),
        (at("emei"), True),
        (at("shaolin"), False),
    ],
)
def test_a_node_is_meant_by_one_term_that_holds_whole(selector: dict[str, Any] | None, meant: bool) -> None:
    assert selects_node(selector, "emei", LABELS) is meant
