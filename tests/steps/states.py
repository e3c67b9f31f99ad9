"""The lab's cluster as a run may find it: samples of real output under tests/formats/data, and certificates made here.

fresh          one master, one etcd member
half done      killed in the middle: wudang's member votes, the first master's certificate is signed anew
dead learner   killed in step 2: emei was added and never started
done           three masters, the endpoint in kubeadm-config and in the certificate, the taints set

Of all but the first, step 1 has left its note, and the new masters have the manifests that this run would write.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from changes.api_objects import ConfigMapText
from changes.batch import flat
from changes.change import Change
from changes.seen import Machine, Seen
from formats import certificates, creation, etcd, kubernetes, manifests
from formats.carried import Carriage, Disk, carriage, needs
from formats.kubeadm import CLIENTS, COMPONENTS, PAIRS, Place, per_master
from nodes.inventory import Cluster, Creation, Inventory, LoadBalancer, Node, Role, Ssh, Workload
from tests.formats.authorities import NOW, Authority, make_authority

DATA = Path(__file__).parent.parent / "formats" / "data"
ADDRESSES = {
    "shaolin": "10.27.53.32",
    "wudang": "10.24.138.208",
    "emei": "10.27.52.72",
    "huashan": "10.27.52.80",
}
UID = "0d4ff6b0-6a3b-4a0e-9df4-4f0b8f5f7f3e"
NGINX = "nginx version: nginx/1.22.1\nconfigure arguments: --modules-path=/usr/lib/nginx/modules --with-stream=dynamic"


def inventory(
    roles: str = "shaolin:master wudang:master emei:master huashan:worker",
    endpoint: str = "api.lab:8443",
    balancers: tuple[str, ...] = ("emei",),
    uid: str | None = None,
    accept: Mapping[str, str] = MappingProxyType({"single-balancer": "the article's own way"}),
    create: Creation | None = None,
    **cluster: str,
) -> Inventory:
    """`cluster` is what nodes.yaml says there besides."""
    named = (one.split(":") for one in roles.split())
    return Inventory(
        path=Path("nodes.yaml"),
        digest="",
        cluster=Cluster.model_validate({"endpoint": endpoint, "uid": uid, **cluster}),
        ssh=Ssh(known_hosts=Path("known_hosts")),
        nodes={name: Node(name=name, address=ADDRESSES[name], role=Role(role)) for name, role in named},
        load_balancer=LoadBalancer(nodes=balancers),
        workload=Workload(image="registry.lab/web:1"),
        accept=accept,
        create=create,
    )


def to_create(**values: Any) -> Creation:
    """nodes.yaml's `create:` for the cluster of `configuration()`; `values` are of creation.Cluster."""
    given = {
        "version": "v1.37.2",
        "pod_subnet": "10.244.0.0/16",
        "service_subnet": "10.96.0.0/12",
        "dns_domain": "cluster.local",
    }
    manifest = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: pod-network, namespace: kube-system}}"
    return Creation(cluster=creation.Cluster(**{**given, **values}), pod_network=manifest)


@cache
def authority() -> Authority:
    return make_authority("kubernetes", "ECDSA-P256")


@cache
def certificate(request: certificates.Request, key_kind: str = "ECDSA-P256") -> certificates.Certificate:
    ca = authority()
    pem = certificates.sign(request, certificates.new_key(key_kind), ca.pem, ca.key, NOW)
    return certificates.read(pem)[0]


def serving(*more: str) -> certificates.Certificate:
    """The first master's, as kubeadm signed it, valid for these names and addresses besides."""
    place = Place("shaolin", ADDRESSES["shaolin"], "10.96.0.1", cert_sans=more)
    return certificate(PAIRS["apiserver"].request(place))


def sample_manifests(folder: str = "shaolin") -> dict[str, str]:
    return {component: (DATA / f"manifests/{folder}/{component}.yaml").read_text() for component in COMPONENTS}


def record(cluster_id: str = "cafe") -> str:
    """The note that step 1 leaves on the first master, as an older run may have laid it out."""
    return json.dumps({"first_master": "shaolin", "etcd_cluster_id": cluster_id, "cluster_uid": UID}) + "\n"


def carriages(texts: Mapping[str, str]) -> dict[str, Carriage]:
    """Of manifests on a master where all that they name is there: folders have no ending here, and are empty."""
    found = {component: needs(manifests.parse(text), lambda _path, _naming: ()) for component, text in texts.items()}
    kinds = {
        need.path: "regular file" if PurePosixPath(need.path).suffix else "directory"
        for needed in found.values()
        for need in needed
    }
    made = per_master("/etc/kubernetes/pki")
    return {component: carriage(needed, Disk(kinds), made) for component, needed in found.items()}


def members(*known: str, learner: str = "", cluster_id: int = 0xCAFE) -> etcd.MemberList:
    """These as voters; `learner` has been added and never started, so that it has no name yet."""
    listed: list[dict[str, Any]] = [
        {"ID": number, "name": name, "peerURLs": [f"https://{ADDRESSES.get(name, name)}:2380"]}
        for number, name in enumerate(known, 1)
    ]
    if learner:
        listed.append({"ID": 99, "peerURLs": [f"https://{ADDRESSES.get(learner, learner)}:2380"], "isLearner": True})
    return etcd.member_list(json.dumps({"header": {"cluster_id": cluster_id}, "members": listed}))


def nodes(*names: str, tainted: tuple[str, ...] = ("shaolin",)) -> tuple[kubernetes.NodeStatus, ...]:
    sample = kubernetes.node((DATA / "kubernetes/node.json").read_text())
    taint = frozenset({kubernetes.Taint("node-role.kubernetes.io/control-plane", "NoSchedule")})
    return tuple(
        replace(
            sample,
            name=name,
            internal_address=ADDRESSES.get(name, "192.0.2.1"),
            taints=taint if name in tainted else frozenset(),
            labels={
                "kubernetes.io/hostname": name,
                **({"node-role.kubernetes.io/control-plane": ""} if name in tainted else {}),
            },
        )
        for name in names
    )


@cache
def rendered(name: str, component: str) -> str:
    """A new master's manifest as the first one's gives it, while the member joins."""
    cluster = {one: f"https://{ADDRESSES[one]}:2380" for one in ("shaolin", name)}
    return fresh().manifest(inventory(), name, component, cluster if component == "etcd" else None)


def machines(
    with_etcd: tuple[str, ...] = ("shaolin",),
    balancers: tuple[str, ...] = (),
    nginx: tuple[str, ...] = ("emei",),
    pods: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, Machine]:
    """`pods`: which static pods a new master has already."""
    images = frozenset(manifests.parse(text).image for text in sample_manifests().values())
    return {
        name: Machine(
            hostname=name,
            manifests=sample_manifests()
            if name == "shaolin"
            else {component: rendered(name, component) for component in pods.get(name, ())},
            etcd_data=name in with_etcd,
            old_etcd=(),
            etcd_token="",
            missing=frozenset(),
            images=images,
            free_bytes=20 << 30,
            listening=frozenset({22, 10250} | ({8443, 18443} if name in balancers else set())),
            nginx=NGINX if name in nginx else "",
            nginx_program="/usr/sbin/nginx" if name in nginx else "",
            stream_module=name in nginx,
            balancer=name in balancers,
        )
        for name in ADDRESSES
    }


def configuration(name: str = "kubeadm-config") -> kubernetes.ClusterConfiguration:
    return kubernetes.cluster_configuration((DATA / f"kubernetes/{name}.json").read_text())


@cache
def fresh() -> Seen:
    texts = sample_manifests()
    place = Place("shaolin", ADDRESSES["shaolin"], "10.96.0.1")
    return Seen(
        first="shaolin",
        configuration=configuration(),
        uid=UID,
        record="",
        mirror="",
        proof="",
        manifests=texts,
        apiserver=serving(),
        kubelet_client=certificate(PAIRS["apiserver-kubelet-client"].request(place)),
        admin=certificate(CLIENTS["admin.conf"].request()),
        carriages=carriages(texts),
        lacking={},
        nodes=nodes(*ADDRESSES),
        members=members("shaolin"),
        statuses=etcd.statuses((DATA / "etcd/status.json").read_text())[:1],
        alarms=etcd.alarms((DATA / "etcd/alarm-none.json").read_text()),
        machines=machines(),
        authority_keys=frozenset({"ca", "front-proxy-ca", "etcd/ca"}),
        has_super_admin=True,
    )


@cache
def half_done() -> Seen:
    return replace(
        fresh(),
        record=record(),
        apiserver=serving("api.lab"),
        members=members("shaolin", "wudang"),
        machines=machines(with_etcd=("shaolin", "wudang"), pods={"wudang": ("etcd",)}),
    )


@cache
def dead_learner() -> Seen:
    return replace(
        fresh(),
        record=record(),
        members=members("shaolin", "wudang", learner="emei"),
        machines=machines(with_etcd=("shaolin", "wudang"), pods={"wudang": ("etcd",)}),
    )


@cache
def done() -> Seen:
    masters = ("shaolin", "wudang", "emei")
    return replace(
        fresh(),
        record=record(),
        configuration=replace(configuration(), control_plane_endpoint="api.lab:8443"),
        apiserver=serving("api.lab"),
        nodes=nodes(*ADDRESSES, tainted=masters),
        members=members(*masters),
        machines=machines(with_etcd=masters, balancers=("emei",), pods=dict.fromkeys(("wudang", "emei"), COMPONENTS)),
    )


STATES = {"fresh": fresh, "half done": half_done, "dead learner": dead_learner, "done": done}


def listed(step: ModuleType, seen: Seen, inventory: Inventory) -> list[Change]:
    """What a step makes of it, one change after the other, those of a batch in their order."""
    return flat(step.changes(seen, inventory))


def table(changes: list[Change]) -> str:
    """A list of changes as the plan names them, a line each."""
    return "".join(f"{change}\n" for change in changes)


def contents(changes: list[Change]) -> list[Change]:
    """The changes, comparable by all that is in them; the edit of a ConfigMap is known by its `what`."""
    return [replace(change, edit=str) if isinstance(change, ConfigMapText) else change for change in changes]


# By name: making them takes longer than collecting may take.
every_state = pytest.mark.parametrize("seen", list(STATES), indirect=True)
