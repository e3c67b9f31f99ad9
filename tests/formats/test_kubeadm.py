"""The tables of formats/kubeadm.py, against what kubeadm 1.37.2 wrote for shaolin, 10.27.53.32."""

from pathlib import Path

import pytest

from formats import certificates, kubeconfigs
from formats.certificates import Request
from formats.kubeadm import CLIENTS, COMPONENTS, PAIRS, SHARED, Place, first_service_address, url

SHAOLIN = Place("shaolin", "10.27.53.32", "10.96.0.1")


@pytest.mark.parametrize("path", PAIRS)
def test_a_pair_asks_for_what_kubeadm_signed(path: str, data: Path) -> None:
    (theirs,) = certificates.read((data / f"pki/{path}.crt").read_text())
    ours = PAIRS[path].request(SHAOLIN)
    assert (ours.common_name, ours.organizations) == (theirs.common_name, theirs.organizations)
    assert theirs.names == set(ours.names)
    assert theirs.addresses == set(ours.addresses)
    assert theirs.usages == set(ours.usages)
    (authority,) = certificates.read((data / f"pki/{PAIRS[path].authority}.crt").read_text())
    assert theirs.issuer == authority.subject


def test_the_tables_name_every_certificate_that_kubeadm_made(data: Path) -> None:
    pki = data / "pki"
    made = {str(path.relative_to(pki)) for path in pki.rglob("*.crt")}
    assert made == {f"{path}.crt" for path in PAIRS} | {path for path in SHARED if path.endswith(".crt")}
    authorities = {pair.authority for pair in PAIRS.values()}
    assert {f"{one}.{ending}" for one in authorities for ending in ("crt", "key")} < set(SHARED)
    assert set(COMPONENTS) == {path.stem for path in (data / "manifests/shaolin").iterdir()}


@pytest.mark.parametrize("path", CLIENTS)
def test_a_client_asks_for_what_kubeadm_signed(path: str, data: Path) -> None:
    text = (data / "kubeconfigs" / path).read_text()
    (theirs,) = certificates.read(kubeconfigs.client_certificate(text) or "")
    ours = CLIENTS[path].request()
    assert ours == Request(theirs.common_name, theirs.organizations, usages=tuple(theirs.usages))
    assert kubeconfigs.user(text) == CLIENTS[path].user
    # Without a control-plane endpoint both kinds of server are the node's own.
    assert kubeconfigs.server(text) == url("10.27.53.32", 6443)


def test_the_serving_certificate_is_valid_for_the_endpoint_and_the_extra_names() -> None:
    place = Place(
        "wudang",
        "10.24.138.208",
        "10.96.0.1",
        dns_domain="temple.example",
        endpoint="api.lab",
        cert_sans=("old.example", "192.0.2.7"),
    )
    request = PAIRS["apiserver"].request(place)
    assert request.names == (
        "api.lab",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.temple.example",
        "old.example",
        "wudang",
    )
    assert request.addresses == ("10.96.0.1", "10.24.138.208", "192.0.2.7")


def test_an_endpoint_may_be_an_address() -> None:
    place = Place("wudang", "10.24.138.208", "10.96.0.1", endpoint="10.27.53.100")
    assert PAIRS["apiserver"].request(place).addresses == ("10.96.0.1", "10.24.138.208", "10.27.53.100")


def test_etcds_extra_names_go_each_to_its_own_certificate() -> None:
    place = Place("wudang", "fd00::5", "fd00:10:96::1", etcd_server_sans=("s.lab",), etcd_peer_sans=("::7",))
    server, peer = PAIRS["etcd/server"].request(place), PAIRS["etcd/peer"].request(place)
    assert (server.common_name, peer.common_name) == ("wudang", "wudang")
    assert (server.names, server.addresses) == (
        ("localhost", "s.lab", "wudang"),
        ("fd00::5", "127.0.0.1", "::1"),
    )
    assert (peer.names, peer.addresses) == (("localhost", "wudang"), ("fd00::5", "127.0.0.1", "::1", "::7"))


def test_an_older_clusters_organization_is_taken_over() -> None:
    request = PAIRS["apiserver-kubelet-client"].request(SHAOLIN, ("system:masters",))
    assert request.organizations == ("system:masters",)


@pytest.mark.parametrize(
    ("subnet", "address"),
    [
        ("10.96.0.0/12", "10.96.0.1"),
        ("10.96.0.0/12,fd00:10:96::/112", "10.96.0.1"),
        ("fd00:10:96::/112, 10.96.0.0/12", "fd00:10:96::1"),
        ("172.20.255.255/16", "172.20.0.1"),
    ],
)
def test_the_first_service_address(subnet: str, address: str) -> None:
    assert first_service_address(subnet) == address


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert url("fd00::5", 2380) == "https://[fd00::5]:2380"
    assert url("api.lab", 8443) == "https://api.lab:8443"
