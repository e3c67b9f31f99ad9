"""Step 3: certificates, then the apiservers that show them, then the kubelets that look at them."""

from dataclasses import replace

import pytest

from changes.certificates import Signed
from changes.change import Change
from changes.connected import KubeletConnected
from changes.files import Copied
from changes.kubeconfigs import Credential, PointedAt
from changes.seen import Seen
from changes.static_pods import Answering, StaticPod
from formats import manifests
from formats.kubeadm import CLIENTS, PAIRS, Place
from steps import apiservers
from tests.steps import states
from tests.steps.states import certificate, contents, every_state, listed, table

EXPECTED = """\
shaolin: /etc/kubernetes/pki/apiserver.crt for kube-apiserver
wudang: /etc/kubernetes/pki/ca.crt as on the first master
emei: /etc/kubernetes/pki/ca.crt as on the first master
wudang: /etc/kubernetes/pki/ca.key as on the first master
emei: /etc/kubernetes/pki/ca.key as on the first master
wudang: /etc/kubernetes/pki/sa.key as on the first master
emei: /etc/kubernetes/pki/sa.key as on the first master
wudang: /etc/kubernetes/pki/sa.pub as on the first master
emei: /etc/kubernetes/pki/sa.pub as on the first master
wudang: /etc/kubernetes/pki/front-proxy-ca.crt as on the first master
emei: /etc/kubernetes/pki/front-proxy-ca.crt as on the first master
wudang: /etc/kubernetes/pki/front-proxy-ca.key as on the first master
emei: /etc/kubernetes/pki/front-proxy-ca.key as on the first master
wudang: /etc/kubernetes/pki/apiserver.crt for kube-apiserver
emei: /etc/kubernetes/pki/apiserver.crt for kube-apiserver
wudang: /etc/kubernetes/pki/apiserver-kubelet-client.crt for kube-apiserver-kubelet-client
emei: /etc/kubernetes/pki/apiserver-kubelet-client.crt for kube-apiserver-kubelet-client
wudang: /etc/kubernetes/pki/front-proxy-client.crt for front-proxy-client
emei: /etc/kubernetes/pki/front-proxy-client.crt for front-proxy-client
wudang: /etc/kubernetes/pki/apiserver-etcd-client.crt for kube-apiserver-etcd-client
emei: /etc/kubernetes/pki/apiserver-etcd-client.crt for kube-apiserver-etcd-client
wudang: /etc/kubernetes/admin.conf, a credential of kubernetes-admin
emei: /etc/kubernetes/admin.conf, a credential of kubernetes-admin
wudang: static pod kube-apiserver
emei: static pod kube-apiserver
wudang: kube-apiserver answers /readyz
emei: kube-apiserver answers /readyz
wudang: /etc/kubernetes/kubelet.conf → https://10.24.138.208:6443
wudang: kubelet connected to 10.24.138.208:6443
emei: /etc/kubernetes/kubelet.conf → https://10.27.52.72:6443
emei: kubelet connected to 10.27.52.72:6443
"""

# What kubeadm puts into every apiserver's certificate, beside the node's own name and address.
NAMES = {
    "api.lab",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
}


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(apiservers, seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(listed(apiservers, states.fresh(), states.inventory()))


def test_certificates_come_before_apiservers_and_these_before_kubelets() -> None:
    """The article went the other way: its kubelets met apiservers whose certificates did not fit."""
    changes = listed(apiservers, states.fresh(), states.inventory())
    certificates = _places(changes, Signed, Copied, Credential)
    processes = _places(changes, StaticPod, Answering)
    kubelets = _places(changes, PointedAt, KubeletConnected)
    assert max(certificates) < min(processes)
    assert max(processes) < min(kubelets)


def test_an_apiserver_answers_before_its_kubelet_looks_at_it() -> None:
    changes = listed(apiservers, states.fresh(), states.inventory())
    for name in ("wudang", "emei"):
        answers = next(i for i in _places(changes, Answering) if changes[i].node == name)
        assert all(answers < i for i in _places(changes, PointedAt, KubeletConnected) if changes[i].node == name)


def test_on_the_first_master_one_certificate_is_signed_and_nothing_else_is_done() -> None:
    first = [one for one in listed(apiservers, states.fresh(), states.inventory()) if one.node == "shaolin"]
    assert [(type(one), getattr(one, "path", "")) for one in first] == [(Signed, "/etc/kubernetes/pki/apiserver")]


@pytest.mark.parametrize("name", ["shaolin", "wudang", "emei"])
def test_every_apiserver_is_valid_for_itself_the_endpoint_and_the_service(name: str) -> None:
    request = _serving(states.fresh())[name].request
    assert set(request.names) == NAMES | {name}
    assert set(request.addresses) == {"10.96.0.1", states.ADDRESSES[name]}


@pytest.mark.parametrize("name", ["shaolin", "wudang", "emei"])
def test_names_and_addresses_that_the_first_certificate_has_beyond_kubeadms_go_with_the_cluster(name: str) -> None:
    """Somebody uses them: an old endpoint, a virtual address, the name in a pipeline's kubeconfig."""
    seen = replace(states.fresh(), apiserver=states.serving("old.example", "192.0.2.7"))
    request = _serving(seen)[name].request
    assert set(request.names) == NAMES | {name, "old.example"}
    assert set(request.addresses) == {"10.96.0.1", states.ADDRESSES[name], "192.0.2.7"}


def test_extra_names_of_the_configuration_are_in_every_certificate() -> None:
    seen = replace(states.fresh(), configuration=states.configuration("kubeadm-config-full"))
    for signed in _serving(seen).values():
        assert {"apiserver.example", "kubernetes.default.svc.temple.example"} <= set(signed.request.names)
        assert "192.0.2.7" in signed.request.addresses


@pytest.mark.parametrize("organizations", [(), ("system:masters",)])
def test_the_kubelet_clients_organization_is_the_one_that_the_first_masters_has(organizations: tuple[str, ...]) -> None:
    """Since 1.35.5 and 1.36.1 it has none, and a role binding instead; older clusters gave it system:masters."""
    place = Place("shaolin", "10.27.53.32", "10.96.0.1")
    found = certificate(PAIRS["apiserver-kubelet-client"].request(place, organizations))
    changes = listed(apiservers, replace(states.fresh(), kubelet_client=found), states.inventory())
    by_name = {one.path.rpartition("/")[2]: one.request for one in changes if isinstance(one, Signed)}
    assert by_name.pop("apiserver-kubelet-client").organizations == organizations
    assert {request.organizations for request in by_name.values()} == {()}


@pytest.mark.parametrize("organizations", [("kubeadm:cluster-admins",), ("system:masters",)])
def test_admins_organization_is_the_one_that_the_first_masters_has(organizations: tuple[str, ...]) -> None:
    """Before 1.29 admin was system:masters, and no binding names kubeadm:cluster-admins there."""
    found = certificate(replace(CLIENTS["admin.conf"].request(), organizations=organizations))
    changes = listed(apiservers, replace(states.fresh(), admin=found), states.inventory())
    admins = [one for one in changes if isinstance(one, Credential)]
    assert {one.request.organizations for one in admins} == {organizations}
    assert {one.request.common_name for one in admins} == {"kubernetes-admin"}


def test_admin_on_a_new_master_talks_to_its_own_apiserver_until_there_is_an_endpoint() -> None:
    changes = listed(apiservers, states.fresh(), states.inventory())
    assert {one.node: one.server for one in changes if isinstance(one, Credential)} == {
        "wudang": "https://10.24.138.208:6443",
        "emei": "https://10.27.52.72:6443",
    }


def test_lifetime_and_kind_of_key_are_the_clusters() -> None:
    place = Place("shaolin", "10.27.53.32", "10.96.0.1")
    seen = replace(
        states.fresh(),
        configuration=states.configuration("kubeadm-config-full"),
        apiserver=certificate(PAIRS["apiserver"].request(place), "ECDSA-P384"),
    )
    made = [one for one in listed(apiservers, seen, states.inventory()) if isinstance(one, Signed | Credential)]
    assert {one.key_kind for one in made} == {"ECDSA-P384"}
    assert {one.request.lifetime for one in made} == {seen.configuration.certificate_lifetime}
    assert seen.configuration.certificate_lifetime.days == 182


def test_where_kubeadm_makes_no_keys_of_the_first_masters_kind_its_configuration_says_which() -> None:
    """An Ed25519 key that somebody put there by hand."""
    seen = replace(states.fresh(), apiserver=replace(states.fresh().apiserver, key_kind="ED25519"))
    made = [one for one in listed(apiservers, seen, states.inventory()) if isinstance(one, Signed | Credential)]
    assert {one.key_kind for one in made} == {seen.configuration.key_algorithm}


def test_files_that_the_manifests_name_are_copied_and_what_they_write_is_not() -> None:
    """Audit policy, encryption at rest, a certificate for another name; no audit log, and nothing of a scheduler's."""
    texts = states.sample_manifests("extras-shaolin")
    seen = replace(states.fresh(), manifests=texts, carriages=states.carriages(texts))
    assert sorted(_beyond_kubeadms(seen)) == [
        "/etc/kubernetes/audit/policy.yaml",
        "/etc/kubernetes/secrets/config.yaml",
        "/etc/kubernetes/sni/a.crt",
        "/etc/kubernetes/sni/a.key",
    ]


@pytest.mark.parametrize(
    ("path", "own_stays"), [("/etc/kubernetes/pki/policy.yaml", False), ("/etc/ssl/certs/issuer.pem", True)]
)
def test_below_etc_kubernetes_masters_are_equal_and_elsewhere_a_nodes_own_file_stays(
    path: str, own_stays: bool
) -> None:
    """The bundle of the operating system is the node's own; a policy or a key is the cluster's."""
    texts = states.sample_manifests()
    flag = "    - --secure-port=6443\n"
    texts["kube-apiserver"] = texts["kube-apiserver"].replace(flag, f"{flag}    - --oidc-ca-file={path}\n")
    seen = replace(states.fresh(), manifests=texts, carriages=states.carriages(texts))
    changes = listed(apiservers, seen, states.inventory())
    assert [one for one in changes if isinstance(one, Copied) and one.path == path] == [
        Copied(name, path, mode=None, own_stays=own_stays) for name in ("wudang", "emei")
    ]


def test_where_the_manifests_name_nothing_more_nothing_more_is_copied() -> None:
    assert _beyond_kubeadms(states.fresh()) == set()


def test_no_pair_and_no_kubeconfig_of_the_first_master_is_ever_copied() -> None:
    copied = {one.path for one in listed(apiservers, states.fresh(), states.inventory()) if isinstance(one, Copied)}
    own = {f"/etc/kubernetes/pki/{path}{ending}" for path in PAIRS for ending in (".crt", ".key")}
    assert not copied & own
    assert not {path for path in copied if path.endswith(".conf")}


def test_the_manifests_are_each_nodes_own() -> None:
    changes = listed(apiservers, states.fresh(), states.inventory())
    advertised = {
        one.node: manifests.parse(one.text).flag("--advertise-address") for one in changes if isinstance(one, StaticPod)
    }
    assert advertised == {"wudang": "10.24.138.208", "emei": "10.27.52.72"}


def test_another_port_is_every_masters() -> None:
    texts = dict(states.fresh().manifests)
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("6443", "7443")
    changes = listed(apiservers, replace(states.fresh(), manifests=texts), states.inventory())
    servers = {one.server for one in changes if isinstance(one, PointedAt | Credential)}
    assert servers == {"https://10.24.138.208:7443", "https://10.27.52.72:7443"}
    assert {one.port for one in changes if isinstance(one, Answering | KubeletConnected)} == {7443}
    for one in changes:
        if isinstance(one, StaticPod):
            address = states.ADDRESSES[one.node]
            assert f"advertise-address.endpoint: {address}:7443" in one.text
            assert "6443" not in one.text


def _serving(seen: Seen) -> dict[str, Signed]:
    changes = listed(apiservers, seen, states.inventory())
    return {one.node: one for one in changes if isinstance(one, Signed) and one.path.endswith("/apiserver")}


def _beyond_kubeadms(seen: Seen) -> set[str]:
    shared = {"ca.crt", "ca.key", "sa.key", "sa.pub", "front-proxy-ca.crt", "front-proxy-ca.key"}
    changes = listed(apiservers, seen, states.inventory())
    copied = {one.path for one in changes if isinstance(one, Copied)}
    return copied - {f"/etc/kubernetes/pki/{path}" for path in shared}


def _places(changes: list[Change], *kinds: type) -> list[int]:
    return [place for place, change in enumerate(changes) if isinstance(change, kinds)]
