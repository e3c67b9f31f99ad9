"""Who still names an address as the way to the API."""

import json
from typing import Any

import pytest

from checks.census import config_maps_naming, naming

OLD = ["10.27.53.32"]


@pytest.mark.parametrize(
    "line",
    [
        "    server: https://10.27.53.32:6443",
        'server: "https://10.27.53.32:6443"',
        "KUBERNETES_API=10.27.53.32:6443",
        "- server: https://10.27.53.32:6443/",
        "a 10.27.53.32:6443,10.24.138.208:6443",
        "a 10.27.53.32:6443,10.27.53.32:6443",
    ],
)
def test_a_line_that_names_the_old_address_is_found(line: str) -> None:
    assert naming(f"first\n{line}\nlast\n", OLD, [6443]) == ["2 names 10.27.53.32:6443"]


@pytest.mark.parametrize(
    "line",
    [
        "server: https://10.27.53.3:6443",
        "server: https://110.27.53.32:6443",
        "server: https://1.10.27.53.32:6443",
        "server: https://10.27.53.32:64430",
        "server: https://10.27.53.32:8443",
        "server: https://10.27.53.320:6443",
        "server: https://10a27b53c32:6443",
        "10.27.53.32 shaolin",
    ],
)
def test_a_line_that_only_looks_like_it_is_not(line: str) -> None:
    assert naming(line + "\n", OLD, [6443]) == []


def test_every_address_with_every_port_is_looked_for() -> None:
    text = "a 10.0.0.1:6443\nb 10.0.0.2:6443\nc 10.0.0.1:8443 10.0.0.2:8443\nd 10.0.0.3:6443\n"
    assert naming(text, ["10.0.0.1", "10.0.0.2"], [6443, 8443]) == [
        "1 names 10.0.0.1:6443",
        "2 names 10.0.0.2:6443",
        "3 names 10.0.0.1:8443",
        "3 names 10.0.0.2:8443",
    ]


def test_nothing_else_of_a_line_is_shown() -> None:
    line = '{"clusters":[{"server":"https://10.27.53.32:6443"}],"users":[{"client-key-data":"c2VjcmV0"}]}'
    assert naming(line, OLD, [6443]) == ["1 names 10.27.53.32:6443"]


def test_an_address_of_the_other_family_is_found_as_urls_write_it() -> None:
    text = "server: https://[fd00:27:53::32]:6443\nserver: https://[fd00:27:53::3]:6443\n"
    assert naming(text, ["fd00:27:53::32"], [6443]) == ["1 names [fd00:27:53::32]:6443"]


def test_where_nothing_is_looked_for_nothing_is_found() -> None:
    assert naming("any line\n", [], [6443]) == []
    assert naming("any line\n", OLD, []) == []


class Api:
    """Answers with these ConfigMaps, each NAMESPACE/NAME: data."""

    def __init__(self, **maps: Any) -> None:
        self.maps = maps

    def get(self, _option: str, namespace: str, _kind: str) -> str:
        found = [one.split("/") for one in self.maps if one.startswith(f"{namespace}/")]
        items = [{"metadata": {"name": name}, "data": self.maps[f"{namespace}/{name}"]} for _, name in found]
        return json.dumps({"items": items})


def test_every_config_map_of_the_cluster_is_looked_into_but_those_with_a_case_of_their_own() -> None:
    old = {"kubeconfig.conf": "server: https://10.27.53.32:6443"}
    api = Api(
        **{
            "kube-system/kube-proxy": old,
            "kube-public/cluster-info": old,
            "kube-system/agent": {"a": "b", **old},
            "kube-system/empty": None,
            "default/somebodys": old,
        }
    )
    found = config_maps_naming(api, OLD, [6443])  # type: ignore[arg-type]
    assert found == ["kube-system/agent:kubeconfig.conf:1 names 10.27.53.32:6443"]
