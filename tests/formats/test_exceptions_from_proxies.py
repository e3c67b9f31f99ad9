"""Go's rules for NO_PROXY."""

import pytest

from formats.proxies import exceptions, is_reached_directly


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "10.27.53.32"),
        ("10.27.53.32", "10.27.53.32"),
        ("localhost, 10.27.0.0/16", "10.27.53.32"),
        ("api.lab", "api.lab"),
        ("API.lab", "api.LAB"),
        ("lab", "api.lab"),
        (".lab", "api.lab"),
        ("*.lab", "api.lab"),
    ],
)
def test_it_is_reached_directly(no_proxy: str, host: str) -> None:
    assert is_reached_directly(no_proxy, host)


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("", "api.lab"),
        ("10.27.53.3", "10.27.53.32"),
        ("10.27.52.0/24", "10.27.53.32"),
        ("10.27.0.0/16", "api.lab"),
        ("pi.lab", "api.lab"),
        (".api.lab", "api.lab"),
        (".53.32", "10.27.53.32"),
    ],
)
def test_it_is_asked_for_at_the_proxy(no_proxy: str, host: str) -> None:
    assert not is_reached_directly(no_proxy, host)


@pytest.mark.parametrize(
    ("environment", "no_proxy"),
    [
        ({}, None),
        ({"NO_PROXY": "lab"}, None),
        ({"http_proxy": "http://p"}, None),  # for http:// alone, which no API speaks
        ({"HTTPS_PROXY": ""}, None),
        ({"https_proxy": "http://p"}, ""),
        ({"HTTPS_PROXY": "http://p", "no_proxy": "lab"}, "lab"),
        ({"HTTPS_PROXY": "http://p", "no_proxy": "lab", "NO_PROXY": "lab,home"}, "lab,home"),
    ],
)
def test_only_who_has_a_proxy_for_https_needs_exceptions(environment: dict[str, str], no_proxy: str | None) -> None:
    assert exceptions(environment) == no_proxy
