"""Each reason against making a cluster on hosts, seen once; hosts that give none, and what is then to be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface
from typing import Any

import pytest

from changes.batch import batches
from changes.ground import Bare, Ground
from formats import creation
from formats.routes import parsed
from steps import bare_hosts, created
from tests.steps import mirrored, states

WANTED = states.to_create()
CONFIGURATION = creation.init_configuration(WANTED.cluster, creation.Node("shaolin", "10.27.53.32"))
BEGUN = {"signs": ("/etc/kubernetes/pki/ca.crt",), "ca": "aa"}


def routes(*tables: str) -> tuple[Any, ...]:
    return tuple(parsed([{"dst": one, "dev": "eth0", "flags": []} for one in tables], [{"ifname": "eth0"}]))


def bare(name: str) -> Bare:
    machine = replace(states.machines()[name], manifests={}, images=frozenset(), listening=frozenset({22}))
    return Bare(
        machine=machine,
        signs=(),
        cni=(),
        missing=(),
        kubeadm="v1.37.2",
        kubelet="v1.37.2",
        containerd="active",
        swap=(),
        forwards=True,
        ca="",
        routes=routes("169.254.77.1", "10.27.52.0/24"),
        addresses=(ip_interface(f"{states.ADDRESSES[name]}/32"),),
    )


def ground(**values: Any) -> Ground:
    whole = Ground(
        first="shaolin",
        configuration=CONFIGURATION,
        begun="",
        images=("registry.k8s.io/kube-apiserver:v1.37.2", "registry.k8s.io/etcd:3.7.3-0"),
        complaint="",
        bare={name: bare(name) for name in states.ADDRESSES},
    )
    return replace(whole, **values)


def hosts(**changed: Mapping[str, Any]) -> dict[str, Bare]:
    return {name: replace(bare(name), **changed.get(name, {})) for name in states.ADDRESSES}


def of_machine(name: str, **values: Any) -> dict[str, Bare]:
    return hosts(**{name: {"machine": replace(bare(name).machine, **values)}})


def in_the_way(seen: Ground, last_step: int = 7, wanted: Any = WANTED, **inventory: Any) -> list[str]:
    return bare_hosts.in_the_way(seen, wanted, states.inventory(create=wanted, **inventory), last_step)


@dataclass(frozen=True)
class Defect:
    reason: str
    seen: Ground
    step: int = 1
    inventory: Mapping[str, Any] = field(default_factory=dict)


DEFECTS = {
    "a control plane's manifest": Defect(
        "huashan: signs of another cluster (/etc/kubernetes/manifests/etcd.yaml): if nobody needs it, `kubeadm reset`",
        ground(bare=hosts(huashan={"signs": ("/etc/kubernetes/manifests/etcd.yaml",)})),
    ),
    "another pod network's configuration": Defect(
        "emei: another pod network's configuration (/etc/cni/net.d/10-old.conflist): remove it",
        ground(bare=hosts(emei={"cni": ("/etc/cni/net.d/10-old.conflist",)})),
    ),
    "begun with another configuration": Defect(
        "shaolin: kubeadm init was begun there with another configuration",
        ground(begun="another", bare=hosts(shaolin=BEGUN)),
    ),
    "another cluster's worker beside one that was begun": Defect(
        "huashan: it belongs to another cluster than shaolin (/etc/kubernetes/kubelet.conf)",
        ground(
            begun=CONFIGURATION,
            bare=hosts(shaolin=BEGUN, huashan={"signs": ("/etc/kubernetes/kubelet.conf",), "ca": "bb"}),
        ),
    ),
    "no kubeadm": Defect(
        "wudang: no kubeadm on the PATH of root: install it",
        ground(bare=hosts(wudang={"missing": ("kubeadm",), "kubeadm": ""})),
    ),
    "no etcdctl on a master": Defect(
        "wudang: no etcdctl on the PATH of root", ground(bare=of_machine("wudang", missing=frozenset({"etcdctl"})))
    ),
    "another kubeadm": Defect(
        "wudang: kubeadm is v1.37.1, nodes.yaml's create.version v1.37.2: install that one, or write the other",
        ground(bare=hosts(wudang={"kubeadm": "v1.37.1"})),
    ),
    "another kubelet": Defect(
        "huashan: kubelet is v1.36.3, nodes.yaml's create.version v1.37.2",
        ground(bare=hosts(huashan={"kubelet": "v1.36.3"})),
    ),
    "containerd is off": Defect(
        "emei: containerd is inactive: start it", ground(bare=hosts(emei={"containerd": "inactive"}))
    ),
    "swap": Defect("emei: it swaps to /swapfile: `swapoff -a`", ground(bare=hosts(emei={"swap": ("/swapfile",)}))),
    "no forwarding": Defect("emei: the kernel does not forward packets", ground(bare=hosts(emei={"forwards": False}))),
    "a configuration that kubeadm does not take": Defect(
        'shaolin: kubeadm does not take the configuration: unknown field "etdc"',
        ground(complaint='unknown field "etdc"', images=()),
    ),
    "a route into the pods' range": Defect(
        "huashan: pod_subnet 10.244.0.0/16 overlaps the route 10.244.0.0/14 dev eth0: choose another range",
        ground(bare=hosts(huashan={"routes": routes("10.244.0.0/14")})),
    ),
    "a route into the services' range": Defect(
        "huashan: service_subnet 10.96.0.0/12 overlaps the route 10.100.7.9/32 dev eth0: choose another range",
        ground(bare=hosts(huashan={"routes": routes("10.100.7.9")})),
    ),
    "an address in the pods' range": Defect(
        "huashan: pod_subnet 10.244.0.0/16 overlaps its address 10.244.9.9/32: choose another range",
        ground(bare=hosts(huashan={"addresses": (ip_interface("10.244.9.9/32"),)})),
    ),
    "a port of every node is taken": Defect(
        "huashan: something listens on port 10250, 10256 already: stop it",
        ground(bare=of_machine("huashan", listening=frozenset({10250, 10256, 6443}))),
    ),
    "a port of masters is taken": Defect(
        "emei: something listens on port 6443, 2379 already: stop it",
        ground(bare=of_machine("emei", listening=frozenset({2379, 6443}))),
    ),
    "kubeadm's own etcd is too old": Defect(
        "create.configuration: kubeadm takes etcd 3.7.0, older than 3.7.1 (GHSA-6vch-q96h-7gc3), with which step 2",
        ground(images=("registry.k8s.io/etcd:3.7.0-0",)),
        step=2,
    ),
    "no worker": Defect(
        "no worker in nodes.yaml",
        ground(bare={name: bare(name) for name in ("shaolin", "wudang", "emei")}),
        step=5,
        inventory={"roles": "shaolin:master wudang:master emei:master"},
    ),
    "one balancer without a consent": Defect(
        "emei: the only balancer, whose loss is the loss of the endpoint; if that is right, write `accept: {single-bal",
        ground(),
        step=6,
        inventory={"accept": {}},
    ),
    "no nginx": Defect(
        "emei: no nginx on the PATH of root", ground(bare=of_machine("emei", missing=frozenset({"nginx"}))), step=6
    ),
    "the endpoint's port is taken": Defect(
        "emei: something listens on port 8443 already: free it, or choose another endpoint port",
        ground(bare=of_machine("emei", listening=frozenset({8443}))),
        step=6,
    ),
}

every_defect = pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))


@every_defect
def test_defect_is_a_reason_from_its_step_on(defect: Defect) -> None:
    (reason,) = in_the_way(defect.seen, 7, **defect.inventory)
    assert reason.startswith(defect.reason)
    assert in_the_way(defect.seen, defect.step, **defect.inventory) == [reason]
    if defect.step > 1:
        assert in_the_way(defect.seen, defect.step - 1, **defect.inventory) == []


def test_nothing_stands_in_the_way_on_hosts_that_carry_nothing() -> None:
    assert in_the_way(ground()) == []


def test_swap_is_no_reason_where_the_kubelets_are_told_to_bear_it() -> None:
    more = ({"kind": "KubeletConfiguration", "failSwapOn": False},)
    seen = ground(bare=hosts(emei={"swap": ("/swapfile",)}))
    assert in_the_way(seen, wanted=states.to_create(documents=more)) == []


def test_what_an_earlier_run_has_begun_is_no_reason() -> None:
    """Its routes, ports and files are the cluster's own by then; nodes that have joined believe its CA."""
    joined = {"signs": ("/etc/kubernetes/kubelet.conf",), "ca": "aa", "routes": routes("10.244.1.0/24")}
    seen = ground(begun=CONFIGURATION, bare=hosts(shaolin={**BEGUN, "cni": ("/etc/cni/net.d/a",)}, huashan=joined))
    assert in_the_way(seen) == []


def test_configuration_that_was_only_written_down_may_still_change() -> None:
    assert in_the_way(ground(begun="another")) == []


def test_a_master_that_was_reset_begins_anew_and_the_others_must_be_bare_too() -> None:
    seen = ground(begun=CONFIGURATION, bare=hosts(huashan={"signs": ("/etc/kubernetes/kubelet.conf",), "ca": "aa"}))
    (reason,) = in_the_way(seen)
    assert reason.startswith("huashan: signs of another cluster")


def test_a_node_of_ipv6_is_refused_before_there_is_a_cluster_of_it() -> None:
    inventory = states.inventory(create=WANTED)
    huashan = inventory.nodes["huashan"].model_copy(update={"address": "2001:db8::80"})
    inventory = inventory.model_copy(update={"nodes": {**inventory.nodes, "huashan": huashan}})
    (reason,) = bare_hosts.in_the_way(ground(), WANTED, inventory, 1)
    assert reason == "huashan: its address 2001:db8::80 is IPv6: only IPv4 is supported"


def test_every_reason_is_told_at_once() -> None:
    seen = ground(bare=hosts(emei={"containerd": "failed", "forwards": False}, wudang={"kubelet": "v1.36.3"}))
    assert len(in_the_way(seen)) == 3


def test_cluster_is_made_in_this_order() -> None:
    todo = batches(created.changes(ground(), WANTED, states.inventory(create=WANTED)))
    assert [[str(change) for change in batch.changes] for batch in todo] == [
        [f"{name}: the images of a master's pods" for name in ("shaolin", "wudang", "emei")],
        ["shaolin: /var/lib/kubeadm-ha/kubeadm.yaml"],
        ["shaolin: kubeadm init"],
        ["shaolin: the pod network applied"],
        ["wudang: kubeadm join"],
        ["emei: kubeadm join", "huashan: kubeadm join"],
        ["shaolin: every node Ready, CoreDNS available"],
    ]


def test_an_etcd_that_is_left_for_another_one_may_be_old() -> None:
    """On the road `mirror` with an image of its own the floor holds for the new cluster alone."""
    old = ground(images=("registry.k8s.io/etcd:3.7.0-0",))
    inventory = mirrored.inventory(etcd_image=mirrored.IMAGE)
    assert bare_hosts.in_the_way(old, WANTED, inventory, 2) == []
