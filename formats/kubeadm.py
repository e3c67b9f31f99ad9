"""What kubeadm 1.37.2 puts on a control-plane node, as data: certificates, kubeconfigs, what is shared.

Taken from its sources, k8s.io/kubernetes v1.37.2, folder cmd/kubeadm/app: phases/certs/certlist.go
(GetDefaultCertList), util/pkiutil/pki_helpers.go (GetAPIServerAltNames, GetEtcdAltNames,
GetEtcdPeerAltNames), phases/kubeconfig/kubeconfig.go (getKubeConfigSpecsBase),
phases/copycerts/copycerts.go (certsToTransfer), constants/constants.go. Compared in the tests with what the
program wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from formats.certificates import Request

SHARED: Final = (
    "ca.crt",
    "ca.key",
    "sa.key",
    "sa.pub",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "etcd/ca.crt",
    "etcd/ca.key",
)
"""Equal on every master, below the certificates directory: what kubeadm hands to a joining one."""

PKI: Final = "/etc/kubernetes/pki"
"""The certificates directory, unless ClusterConfiguration.certificatesDir says otherwise."""

ROLE: Final = "node-role.kubernetes.io/control-plane"
"""A master's label, and the key of its taint, since 1.24."""

NOT_BALANCED_TO: Final = "node.kubernetes.io/exclude-from-external-load-balancers"
"""A label that every master gets too: cloud balancers and MetalLB pass a node over that carries it."""

PRIVATE_MODE: Final = 0o600
PUBLIC_MODE: Final = 0o644
PRIVATE_FOLDER: Final = 0o700
"""kubeadm's modes: *.crt is public; keys, sa.pub, kubeconfigs, manifests and etcd's data are for root alone."""


@dataclass(frozen=True)
class Place:
    """Which node a certificate is for, in which cluster: all that kubeadm's certificates depend on."""

    name: str
    """The node's name in the API, not its host name."""
    address: str
    """localAPIEndpoint.advertiseAddress."""
    service_address: str
    """The kubernetes service's: first_service_address(serviceSubnet)."""
    dns_domain: str = "cluster.local"
    endpoint: str | None = None
    """controlPlaneEndpoint's host without the port: a name or an address."""
    cert_sans: tuple[str, ...] = ()
    """ClusterConfiguration apiServer.certSANs."""
    etcd_server_sans: tuple[str, ...] = ()
    etcd_peer_sans: tuple[str, ...] = ()
    """ClusterConfiguration etcd.local.serverCertSANs and peerCertSANs."""


@dataclass(frozen=True)
class Pair:
    """A certificate (.crt) and its key (.key) below the certificates directory, each master's its own."""

    path: str
    """Without the ending: "etcd/server"."""
    authority: str
    """The CA that signs it, likewise: "etcd/ca"."""
    usages: tuple[str, ...]
    common_name: str | None
    """None: the node's name."""
    alternatives: Callable[[Place], tuple[str, ...]] | None = None

    def request(self, place: Place, organizations: tuple[str, ...] = ()) -> Request:
        """What kubeadm asks for on that node.

        kubeadm 1.37.2 puts no organization into any of these. apiserver-kubelet-client of a cluster born
        before 1.35.5 or 1.36.1 has one: give it here, as found in the first master's.
        """
        names, addresses = _sorted_out(self.alternatives(place) if self.alternatives else ())
        return Request(self.common_name or place.name, organizations, names, addresses, self.usages)


@dataclass(frozen=True)
class Client:
    """A kubeconfig below /etc/kubernetes with an embedded certificate of the cluster CA (clientAuth)."""

    path: str
    user: str
    organizations: tuple[str, ...]
    server: Literal["local", "endpoint"]
    """The API server it names: the node's own, or the control-plane endpoint (the own where none is set)."""

    def request(self) -> Request:
        """The client certificate in it; the kubeconfig's user entry has its common name."""
        return Request(self.user, self.organizations, usages=("clientAuth",))


def _apiserver(place: Place) -> tuple[str, ...]:
    service = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
    full = (f"kubernetes.default.svc.{place.dns_domain}",) if place.dns_domain else ()
    own = (place.name, *service, *full, place.service_address, place.address)
    return (*own, *((place.endpoint,) if place.endpoint else ()), *place.cert_sans)


def _etcd_server(place: Place) -> tuple[str, ...]:
    return (place.name, "localhost", place.address, "127.0.0.1", "::1", *place.etcd_server_sans)


def _etcd_peer(place: Place) -> tuple[str, ...]:
    return (place.name, "localhost", place.address, "127.0.0.1", "::1", *place.etcd_peer_sans)


_SERVER: Final = ("serverAuth",)
_CLIENT: Final = ("clientAuth",)

PAIRS: Final[Mapping[str, Pair]] = {
    pair.path: pair
    for pair in (
        Pair("apiserver", "ca", _SERVER, "kube-apiserver", _apiserver),
        Pair("apiserver-kubelet-client", "ca", _CLIENT, "kube-apiserver-kubelet-client"),
        Pair("front-proxy-client", "front-proxy-ca", _CLIENT, "front-proxy-client"),
        Pair("etcd/server", "etcd/ca", _SERVER + _CLIENT, None, _etcd_server),
        Pair("etcd/peer", "etcd/ca", _SERVER + _CLIENT, None, _etcd_peer),
        Pair("etcd/healthcheck-client", "etcd/ca", _CLIENT, "kube-etcd-healthcheck-client"),
        Pair("apiserver-etcd-client", "etcd/ca", _CLIENT, "kube-apiserver-etcd-client"),
    )
}
"""By path."""

CLIENTS: Final[Mapping[str, Client]] = {
    client.path: client
    for client in (
        Client("admin.conf", "kubernetes-admin", ("kubeadm:cluster-admins",), "endpoint"),
        Client("controller-manager.conf", "system:kube-controller-manager", (), "local"),
        Client("scheduler.conf", "system:kube-scheduler", (), "local"),
    )
}
"""By path, what a joining master gets: super-admin.conf is the first one's alone, kubelets make their own."""

COMPONENTS: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""Each a manifest /etc/kubernetes/manifests/NAME.yaml whose only container has that name."""


def per_master(pki: str) -> frozenset[str]:
    """The files that each master gets made for it or copied as kubeadm does, `pki` being its certificates directory.

    kubelet.conf and the manifests are among them, and super-admin.conf, which the first master alone has.
    """
    named = {f"{pki}/{path}" for path in SHARED}
    named |= {f"{pki}/{path}{ending}" for path in PAIRS for ending in (".crt", ".key")}
    named |= {f"/etc/kubernetes/{path}" for path in (*CLIENTS, "kubelet.conf", "super-admin.conf")}
    return frozenset(named | {f"/etc/kubernetes/manifests/{component}.yaml" for component in COMPONENTS})


def first_service_address(service_subnet: str) -> str:
    """The kubernetes service's address: the first one of serviceSubnet's (first) range."""
    return str(ip_network(service_subnet.split(",")[0].strip(), strict=False)[1])


def url(host: str, port: int) -> str:
    """An https URL of a name or address; IPv6 in brackets."""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def _sorted_out(alternatives: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, addresses = [], []
    for one in alternatives:
        try:
            addresses.append(str(ip_address(one)))
        except ValueError:
            names.append(one)
    return tuple(names), tuple(addresses)
