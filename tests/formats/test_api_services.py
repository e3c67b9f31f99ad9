"""APIServices that cannot be asked."""

import json
from typing import Any

import pytest

from formats.kubernetes import KubernetesOutputError, unavailable

METRICS = "v1beta1.metrics.k8s.io"


def listed(*conditions: dict[str, str], name: str = METRICS) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"conditions": list(conditions)}}


def text(*items: dict[str, Any], kind: str = "List") -> str:
    return json.dumps({"kind": kind, "items": items})


LOCAL = listed({"type": "Available", "status": "True", "reason": "Local"}, name="v1.apps")


def test_those_that_are_available_are_not_named() -> None:
    assert unavailable(text(LOCAL, listed({"type": "Available", "status": "True", "reason": "Passed"}))) == []
    assert unavailable(text()) == []


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (
            listed(
                {
                    "type": "Available",
                    "status": "False",
                    "reason": "FailedDiscoveryCheck",
                    "message": "failing or missing response from https://10.244.1.5:10250",
                }
            ),
            f"{METRICS}: failing or missing response from https://10.244.1.5:10250",
        ),
        (
            listed({"type": "Available", "status": "Unknown", "reason": "MissingEndpoints"}),
            f"{METRICS}: MissingEndpoints",
        ),
        (listed(), f"{METRICS}: never reported"),
        (listed({"type": "Other", "status": "True"}), f"{METRICS}: never reported"),
        ({"metadata": {"name": METRICS}}, f"{METRICS}: never reported"),
        ({"metadata": {"name": METRICS}, "status": None}, f"{METRICS}: never reported"),
    ],
)
def test_one_that_is_not_is_named_with_its_reason(item: dict[str, Any], sentence: str) -> None:
    assert unavailable(text(LOCAL, item)) == [sentence]


@pytest.mark.parametrize("output", ["", "no JSON", text(kind="NodeList"), "[]"])
def test_what_is_no_list_of_them_is_an_error(output: str) -> None:
    with pytest.raises(KubernetesOutputError, match="APIService"):
        unavailable(output)
