"""NO_PROXY: what is reached directly, and what a new master needs in it."""

import pytest

from formats.proxies import is_excepted, with_exception

OWN = "10.24.138.208"


@pytest.mark.parametrize(
    "no_proxy",
    [OWN, f"a.example, {OWN} ", "10.0.0.0/8", "10.24.138.1/16", "*", f"{OWN}:6443", "x,10.24.0.0/16"],
)
def test_an_address_is_excepted(no_proxy: str) -> None:
    assert is_excepted(no_proxy, OWN)


@pytest.mark.parametrize("no_proxy", ["", "10.24.138.20", "10.24.138", ".svc,wudang", "fd00::/8", f"{OWN}:x"])
def test_an_address_is_not_excepted(no_proxy: str) -> None:
    assert not is_excepted(no_proxy, OWN)


def test_an_address_of_ipv6_is_written_in_several_ways() -> None:
    assert is_excepted("[fd00::1]", "fd00::1")
    assert is_excepted("[fd00::1]:6443", "fd00::1")
    assert is_excepted("fd00::/8", "fd00::1")
    assert is_excepted("", "::1")


def test_what_excepts_the_first_master_excepts_the_node_itself() -> None:
    """Its controller-manager would ask the proxy for its own apiserver."""
    assert with_exception("10.27.53.32,.svc", "10.27.53.32", OWN) == f"10.27.53.32,.svc,{OWN}"
    assert with_exception("10.27.53.0/24", "10.27.53.32", OWN) == f"10.27.53.0/24,{OWN}"
    assert with_exception("10.0.0.0/8", "10.27.53.32", OWN) == "10.0.0.0/8"
    assert with_exception(".svc", "10.27.53.32", OWN) == ".svc", "the first one asks its proxy, and it works"
