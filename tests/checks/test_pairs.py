"""What a master holds, against what kubeadm would ask for there and who the first master's authorities are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.kubeconfigs import Kubeconfig, told
from checks.pairs import Held, Wanted
from formats import certificates, kubeconfigs
from formats.certificates import Request
from formats.kubeadm import CLIENTS, PAIRS, Place
from nodes.hosts import Hosts
from tests.formats.authorities import NOW, Authority, make_authority
from tests.steps import states

PAIR = "front-proxy-client"
KIND = "ECDSA-P256"


@pytest.fixture(scope="module")
def ca() -> Authority:
    return make_authority("front-proxy-ca", KIND)


def issued(ca: Authority, request: Request) -> tuple[str, bytes]:
    key = certificates.new_key(KIND)
    return certificates.sign(request, key, ca.pem, ca.key, NOW), key


def holding(ca: Authority, pem: str, key: bytes, path: str = PAIR) -> Held:
    authority = PAIRS[path].authority
    return Held({path: pem, authority: ca.pem}, {path: certificates.public_key_of(key)})


def wanted(ca: Authority, first: Held, kubeconfigs_there: dict[str, Kubeconfig] | None = None) -> Wanted:
    hosts = Hosts(None, states.inventory(), "shaolin")  # type: ignore[arg-type]
    return Wanted(hosts, states.fresh().configuration, first, kubeconfigs_there or {})


PLACE = Place("wudang", states.ADDRESSES["wudang"], "10.96.0.1", endpoint="api.lab")


def test_a_pair_as_kubeadm_makes_it_has_no_fault(ca: Authority) -> None:
    own = holding(ca, *issued(ca, PAIRS[PAIR].request(PLACE)))
    assert wanted(ca, own).faults_of_pair(own, "wudang", PAIR) == []


def test_a_key_of_another_pair_is_told(ca: Authority) -> None:
    pem, _ = issued(ca, PAIRS[PAIR].request(PLACE))
    own = holding(ca, pem, certificates.new_key(KIND))
    (fault,) = wanted(ca, own).faults_of_pair(own, "wudang", PAIR)
    assert "does not belong to its private key" in fault


def test_an_authority_of_the_same_name_is_another(ca: Authority) -> None:
    other = make_authority("front-proxy-ca", KIND)
    own = holding(other, *issued(other, PAIRS[PAIR].request(PLACE)))
    first = holding(ca, *issued(ca, PAIRS[PAIR].request(PLACE)))
    (fault,) = wanted(ca, first).faults_of_pair(own, "wudang", PAIR)
    assert "is not signed by CN=front-proxy-ca" in fault


def test_another_subject_is_a_fault_on_a_new_master_and_the_first_ones_own_matter(ca: Authority) -> None:
    own = holding(ca, *issued(ca, replace(PAIRS[PAIR].request(PLACE), common_name="somebody")))
    (fault,) = wanted(ca, own).faults_of_pair(own, "wudang", PAIR)
    assert "has common name 'somebody'" in fault
    assert wanted(ca, own).faults_of_pair(own, "shaolin", PAIR) == []


def test_until_when_it_is_valid_is_not_asked_here(ca: Authority) -> None:
    own = holding(ca, *issued(ca, replace(PAIRS[PAIR].request(PLACE), lifetime=timedelta(days=1))))
    assert wanted(ca, own).faults_of_pair(own, "wudang", PAIR) == []


def test_what_is_not_there_is_named(ca: Authority) -> None:
    own = holding(ca, *issued(ca, PAIRS[PAIR].request(PLACE)))
    missing = Held({PAIR: ""}, {PAIR: ""})
    assert wanted(ca, own).faults_of_pair(missing, "wudang", PAIR) == [
        "/etc/kubernetes/pki/front-proxy-client.crt is not there"
    ]


def kubeconfig(ca: Authority, request: Request, trusted: Authority | None = None) -> Kubeconfig:
    pem, key = issued(ca, request)
    text = kubeconfigs.render("https://api.lab:8443", (trusted or ca).pem, request.common_name, pem, key)
    return told(text.decode())


@pytest.mark.parametrize("name", CLIENTS)
def test_a_kubeconfig_as_kubeadm_makes_it_has_no_fault(ca: Authority, name: str) -> None:
    there = {name: kubeconfig(ca, CLIENTS[name].request())}
    first = Held({"ca": ca.pem}, {})
    assert there[name].server == "https://api.lab:8443"
    assert wanted(ca, first, there).faults_of_kubeconfig(there, "wudang", name) == []


def test_an_administrator_of_another_group_than_the_first_masters_is_told(ca: Authority) -> None:
    firsts = {"admin.conf": kubeconfig(ca, CLIENTS["admin.conf"].request())}
    own = {"admin.conf": kubeconfig(ca, replace(CLIENTS["admin.conf"].request(), organizations=("system:masters",)))}
    (fault,) = wanted(ca, Held({"ca": ca.pem}, {}), firsts).faults_of_kubeconfig(own, "wudang", "admin.conf")
    assert "system:masters" in fault


def test_a_kubeconfig_that_trusts_another_authority_is_told(ca: Authority) -> None:
    other = make_authority("kubernetes", KIND)
    own = {"scheduler.conf": kubeconfig(ca, CLIENTS["scheduler.conf"].request(), trusted=other)}
    (fault,) = wanted(ca, Held({"ca": ca.pem}, {})).faults_of_kubeconfig(own, "wudang", "scheduler.conf")
    assert fault == "/etc/kubernetes/scheduler.conf trusts another authority than the cluster's"


def test_a_kubeconfig_that_names_files_holds_nothing_to_compare() -> None:
    text = """\
apiVersion: v1
clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443", certificate-authority: /etc/kubernetes/pki/ca.crt}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
users: [{name: u, user: {client-certificate: /var/lib/kubelet/pki/a.pem, client-key: /var/lib/kubelet/pki/a.pem}}]
"""
    assert told(text) == Kubeconfig("https://10.0.0.1:6443", frozenset(), None, None)
