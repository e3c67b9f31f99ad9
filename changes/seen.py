"""What a step decides from: the first master and its cluster, and each machine, as they stand now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from formats import etcd, kubernetes, manifests
from formats.carried import Carriage
from formats.certificates import KEY_KINDS, Certificate, Request
from formats.kubeadm import PAIRS, Place, first_service_address, url
from formats.layout import Layout
from formats.ports import ETCD_PEER
from nodes.inventory import Inventory


@dataclass(frozen=True)
class Machine:
    """One machine of the inventory, apart from what the API says of it.

    hostname     its own name for itself; its Node may have another
    manifests    its static pods' manifests, by component
    etcd_data    whether a database is in /var/lib/etcd
    old_etcd     databases of an etcd that the road `mirror` has taken away and kept
    etcd_token   of the new cluster that the road `mirror` made that database for; empty where it made none
    missing      programs that a step needs there and does not find
    images       of containerd's or crictl's list
    free_bytes   on the filesystem of /var/lib
    listening    ports somebody listens on, on any address
    nginx        what `nginx -V` prints; empty where there is none
    nginx_program  its path; empty where there is none
    stream_module  whether nginx has its stream module, compiled in or as a file
    balancer     whether the runbook's own balancer is configured there already
    """

    hostname: str
    manifests: Mapping[str, str]
    etcd_data: bool
    old_etcd: tuple[str, ...]
    etcd_token: str
    missing: frozenset[str]
    images: frozenset[str]
    free_bytes: int
    listening: frozenset[int]
    nginx: str
    nginx_program: str
    stream_module: bool
    balancer: bool


@dataclass(frozen=True)
class Seen:
    """One observation of the whole; nothing in it is secret, and nothing in it outlives the step it was made for."""

    first: str
    configuration: kubernetes.ClusterConfiguration
    uid: str
    record: str
    """The note that step 1 left on the first master, as it stands; empty before."""
    mirror: str
    """The note that step 2 left there on the road `mirror`: where the new etcd cluster began; empty before."""
    proof: str
    """The note of the switch to it; empty before."""
    manifests: Mapping[str, str]
    """The first master's, by component; of those that the road `mirror` has put aside for a while, as they were."""
    apiserver: Certificate
    kubelet_client: Certificate
    admin: Certificate
    carriages: Mapping[str, Carriage]
    """What the first master's components need of their host beyond their manifests, by component."""
    lacking: Mapping[str, frozenset[str]]
    """What no copy gives and a component needs, as far as a new master does not have it; by new master."""
    nodes: tuple[kubernetes.NodeStatus, ...]
    members: etcd.MemberList
    statuses: tuple[etcd.Status, ...]
    alarms: tuple[etcd.Alarm, ...]
    machines: Mapping[str, Machine]
    authority_keys: frozenset[str]
    """Which of the CAs' keys the first master holds: an external CA has none."""
    has_super_admin: bool
    """Clusters born before 1.29 have no super-admin.conf."""

    @cached_property
    def layout(self) -> Layout:
        """Where its masters keep and offer what can be moved. Raises ManifestError."""
        return Layout.of(self.manifests)

    @property
    def switched(self) -> bool:
        """Whether the first apiserver has left its old etcd for a new cluster, and be it back at its own by now."""
        return bool(self.proof) or "kube-apiserver" not in self.machines[self.first].manifests

    def etcd_image(self, inventory: Inventory) -> str:
        """What etcd is to run on every master.

        What nodes.yaml gives to a new cluster counts until the first master has joined it. From then on its own
        manifest does, as for all else: an upgrade is not to be undone by a line that nobody has removed.
        """
        own = manifests.parse(self.manifests["etcd"]).image
        member = self.members.at(url(inventory.nodes[self.first].address, ETCD_PEER))
        joined = self.switched and member is not None and "etcd" in self.machines[self.first].manifests
        return own if joined else inventory.cluster.etcd_image or own

    @property
    def key_kind(self) -> str:
        """Of new keys: as the first apiserver's; where kubeadm makes no such keys, as kubeadm-config says."""
        found = self.apiserver.key_kind
        return found if found in KEY_KINDS else self.configuration.key_algorithm

    def api_url(self, inventory: Inventory, name: str) -> str:
        """The apiserver's own on a master."""
        return url(inventory.nodes[name].address, self.layout.api_port)

    def place(self, inventory: Inventory, name: str) -> Place:
        """All that the certificates of one master depend on.

        The names and addresses that the first master's certificate has beyond kubeadm's own go with the cluster:
        whoever uses one of them must be able to use every apiserver.
        """
        node = inventory.nodes[name]
        return Place(
            name=name,
            address=node.address,
            service_address=first_service_address(self.configuration.service_subnet),
            dns_domain=self.configuration.dns_domain,
            endpoint=inventory.cluster.endpoint.host,
            cert_sans=self.configuration.cert_sans,
            etcd_server_sans=self.configuration.etcd_server_sans,
            etcd_peer_sans=self.configuration.etcd_peer_sans,
        )

    def request(self, inventory: Inventory, name: str, pair: str) -> Request:
        """What the certificate below the certificates directory is for on that master."""
        # Since 1.35.5 and 1.36.1 this one has no group of its own; older clusters gave it system:masters.
        organizations = self.kubelet_client.organizations if pair == "apiserver-kubelet-client" else ()
        request = PAIRS[pair].request(self.place(inventory, name), organizations)
        return replace(request, lifetime=self.configuration.certificate_lifetime)

    def manifest(
        self, inventory: Inventory, name: str, component: str, initial_cluster: Mapping[str, str] | None = None
    ) -> str:
        """The first master's manifest of a component as kubeadm would render it for that master.

        Raises ManifestError where it names the first master in a place that only a person can judge.
        """
        return manifests.for_node(
            self.manifests[component],
            component=component,
            name=name,
            address=inventory.nodes[name].address,
            first_names=(self.first, self.machines[self.first].hostname),
            first_address=inventory.nodes[self.first].address,
            initial_cluster=initial_cluster,
        )

    def new_masters(self, inventory: Inventory) -> tuple[str, ...]:
        """The masters to be, in the inventory's order; after the conversion, those that came to be."""
        return tuple(node.name for node in inventory.masters if node.name != self.first)
