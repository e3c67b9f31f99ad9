"""Each reason against a run, seen once; and a cluster that gives none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from changes.seen import Seen
from formats import etcd
from formats.carried import Carriage
from nodes.inventory import Inventory
from steps.in_the_way import REFUSALS, in_the_way
from tests.steps import states
from tests.steps.states import every_state


@dataclass(frozen=True)
class Defect:
    """What differs from a cluster that nothing stands in the way of, and the reason that it must give."""

    step: int
    """The first step that it is a reason against."""
    reason: str
    """A part of the sentence, beginning with who it is about."""
    seen: Mapping[str, Any] = field(default_factory=dict)
    inventory: Mapping[str, Any] = field(default_factory=dict)
    machines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    manifests: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Of the component's manifest: which text is replaced by which."""

    def looked_at(self, last_step: int) -> list[str]:
        return in_the_way(self.seen_whole(), self.inventory_whole(), last_step)

    def inventory_whole(self) -> Inventory:
        return states.inventory(**self.inventory)

    def seen_whole(self) -> Seen:
        seen = states.fresh()
        texts = {name: seen.manifests[name].replace(*edit) for name, edit in self.manifests.items()}
        assert all(text != seen.manifests[name] for name, text in texts.items()), "the edit changes nothing"
        machines = {name: replace(seen.machines[name], **values) for name, values in self.machines.items()}
        seen = replace(seen, manifests={**seen.manifests, **texts}, machines={**seen.machines, **machines})
        return replace(seen, **self.seen)

    def given_to(self, last_step: int) -> list[str]:
        return [reason for reason in self.looked_at(last_step) if reason.startswith(self.reason)]


def _configured(**values: Any) -> dict[str, Any]:
    return {"configuration": replace(states.configuration(), **values)}


def _carrying(component: str, **values: Any) -> dict[str, Any]:
    return {"carriages": {**states.fresh().carriages, component: Carriage(**values)}}


def _of_size(size: int, version: str = "3.7.3") -> dict[str, Any]:
    return {"statuses": tuple(replace(one, db_size=size, version=version) for one in states.fresh().statuses)}


def _running(name: str, component: str, ours: str, theirs: str) -> dict[str, dict[str, Any]]:
    """A new master that has a manifest already, with `theirs` where this run would write `ours`."""
    text = states.rendered(name, component)
    assert ours in text
    return {name: {"manifests": {component: text.replace(ours, theirs)}}}


DEFECTS = {
    "a node that the cluster does not know": Defect(
        1,
        "emei: the cluster has no such Node: write the name that `kubectl get nodes` shows, or join it",
        seen={"nodes": states.nodes("shaolin", "wudang", "huashan")},
    ),
    "another address than the Node's": Defect(
        1,
        "huashan: its Node has the InternalIP 192.0.2.9, nodes.yaml says 10.27.52.80",
        seen={
            "nodes": (
                *states.nodes("shaolin", "wudang", "emei"),
                replace(states.nodes("huashan")[0], internal_address="192.0.2.9"),
            )
        },
    ),
    "a node that is not ready": Defect(
        1,
        "wudang: not Ready (container runtime is down): mend it first",
        seen={
            "nodes": tuple(
                replace(node, ready=node.name != "wudang", reason="container runtime is down")
                for node in states.nodes(*states.ADDRESSES)
            )
        },
    ),
    "a node that the inventory does not know": Defect(
        1,
        "hengshan: a Node that nodes.yaml does not list: add it",
        seen={"nodes": states.nodes(*states.ADDRESSES, "hengshan")},
    ),
    "kubelets of two versions": Defect(
        1,
        "kubelets of several versions (v1.36.9, v1.37.2): finish the upgrade first",
        seen={
            "nodes": tuple(
                replace(node, kubelet_version="v1.36.9" if node.name == "huashan" else "v1.37.2")
                for node in states.nodes(*states.ADDRESSES)
            )
        },
    ),
    "a missing program": Defect(
        1,
        "wudang: no etcdctl on the PATH of root: install it",
        machines={"wudang": {"missing": frozenset({"etcdctl"})}},
    ),
    "another endpoint": Defect(
        1,
        "kubeadm-config already names controlPlaneEndpoint old.lab:6443: write that one in nodes.yaml",
        seen=_configured(control_plane_endpoint="old.lab:6443"),
    ),
    "another version than the one to create": Defect(
        1,
        "nodes.yaml: create.version is v1.37.9, and the cluster that is there has v1.37.2: is it this cluster?",
        inventory={"create": states.to_create(version="v1.37.9")},
    ),
    "another range of pods than the one to create": Defect(
        1,
        "nodes.yaml: create.pod_subnet is 10.99.0.0/16, and the cluster that is there has 10.244.0.0/16",
        inventory={"create": states.to_create(pod_subnet="10.99.0.0/16")},
    ),
    "another domain than the one to create": Defect(
        1,
        "nodes.yaml: create.dns_domain is k8s.example, and the cluster that is there has cluster.local",
        inventory={"create": states.to_create(dns_domain="k8s.example")},
    ),
    "another certificates directory": Defect(
        1, "certificatesDir is /srv/pki: only /etc/kubernetes/pki", seen=_configured(certificates_dir="/srv/pki")
    ),
    "no key of the cluster's CA": Defect(
        1,
        "shaolin: no /etc/kubernetes/pki/ca.key (an external CA)",
        seen={"authority_keys": frozenset({"front-proxy-ca", "etcd/ca"})},
    ),
    "no key of etcd's CA": Defect(
        1,
        "shaolin: no /etc/kubernetes/pki/etcd/ca.key (an external CA)",
        seen={"authority_keys": frozenset({"front-proxy-ca", "ca"})},
    ),
    "no key of the front proxy's CA": Defect(
        1,
        "shaolin: no /etc/kubernetes/pki/front-proxy-ca.key (an external CA)",
        seen={"authority_keys": frozenset({"etcd/ca", "ca"})},
    ),
    "etcd's data elsewhere than kubeadm believes": Defect(
        1,
        "shaolin: etcd keeps its data in /srv/etcd, and kubeadm-config's dataDir is /var/lib/etcd: mend",
        manifests={"etcd": ("/var/lib/etcd", "/srv/etcd")},
    ),
    "an alarm": Defect(
        2,
        "etcd: alarm NOSPACE on member 43c6d27e69ab8cd9",
        seen={"alarms": (etcd.Alarm("43c6d27e69ab8cd9", "NOSPACE"),)},
    ),
    "a member on a machine that is no master": Defect(
        2,
        "etcd: member huashan at https://10.27.52.80:2380 is no master of nodes.yaml",
        seen={"members": states.members("shaolin", "huashan")},
    ),
    "a learner on a machine that is no master": Defect(
        2,
        "etcd: learner 63 at https://10.27.52.80:2380 is no master of nodes.yaml",
        seen={"members": states.members("shaolin", learner="huashan")},
    ),
    "a member that is reached at localhost": Defect(
        2,
        "etcd: member localhost at https://localhost:2380 is no master of nodes.yaml",
        seen={"members": states.members("localhost")},
    ),
    "etcd 3.5 before the mended one": Defect(
        2, "etcd 3.5.32 is older than 3.5.33 (GHSA-6vch-q96h-7gc3)", seen=_of_size(1, "3.5.32")
    ),
    "etcd 3.6 before the mended one": Defect(2, "etcd 3.6.13 is older than 3.6.14", seen=_of_size(1, "3.6.13")),
    "etcd 3.7 before the mended one": Defect(2, "etcd 3.7.0 is older than 3.7.1", seen=_of_size(1, "3.7.0")),
    "an etcd that nobody mends": Defect(2, "etcd 3.4.37 is older than 3.5.33", seen=_of_size(1, "3.4.37")),
    "data of another etcd": Defect(
        2,
        "emei: /var/lib/etcd holds a database though emei is no member: move it away",
        machines={"emei": {"etcd_data": True}},
    ),
    "a member of another name than its Node": Defect(
        2,
        "shaolin: its etcd member is called default: kubeadm names members by their Nodes",
        seen={
            "members": replace(
                states.members("shaolin"), members=(replace(states.members("shaolin").members[0], name="default"),)
            )
        },
    ),
    "an etcd that is not the one that step 1 met": Defect(
        2,
        "shaolin: etcd was cluster beef when step 1 wrote /var/lib/kubeadm-ha/first-master.json, and is cafe now:",
        seen={"record": states.record("beef")},
    ),
    "an apiserver on a new master that is not the first master's": Defect(
        2,
        "wudang: kube-apiserver.yaml is not what the first master's gives:"
        " --authorization-mode: Node,RBAC here, AlwaysAllow there: make the two agree by hand",
        machines=_running("wudang", "kube-apiserver", "=Node,RBAC", "=AlwaysAllow"),
    ),
    "an etcd on a new master that is not the first master's": Defect(
        2,
        "emei: etcd.yaml is not what the first master's gives: --snapshot-count: 10000 here, 5000 there:",
        machines=_running("emei", "etcd", "--snapshot-count=10000", "--snapshot-count=5000"),
    ),
    "no room for three databases": Defect(
        2,
        "wudang: 299 MiB free for /var/lib/etcd, 300 MiB wanted (3 x etcd's database)",
        seen=_of_size(100 << 20),
        machines={"wudang": {"free_bytes": 299 << 20}},
    ),
    "an image that is not there": Defect(
        4,
        "emei: image registry.k8s.io/kube-scheduler:v1.37.2 is not there: `ctr -n k8s.io images pull registry.k8s.io/",
        machines={
            "emei": {
                "images": frozenset(
                    image for image in states.fresh().machines["emei"].images if "scheduler" not in image
                )
            }
        },
    ),
    "a socket of a key service that a new master lacks": Defect(
        3,
        "emei: no /run/kms/a.sock, which kube-apiserver needs (/etc/kubernetes/encryption.yaml on shaolin) and no copy",
        seen={
            **_carrying("kube-apiserver", given={"/run/kms/a.sock": "/etc/kubernetes/encryption.yaml"}),
            "lacking": {"emei": frozenset({"/run/kms/a.sock"})},
        },
    ),
    "a webhook on the first master alone": Defect(
        3,
        "wudang: nothing listens on port 21362, where kube-apiserver would ask its own host (/etc/x.conf on shaolin)",
        seen=_carrying("kube-apiserver", servers={21362: "/etc/x.conf"}),
        machines={"shaolin": {"listening": frozenset({21362})}, "emei": {"listening": frozenset({21362})}},
    ),
    "a kubeconfig of its own for the scheduler": Defect(
        4,
        "shaolin: kube-scheduler: --config names /x: each master needs its own",
        seen=_carrying("kube-scheduler", faults=("--config names /x: each master needs its own",)),
    ),
    "a component that is not root": Defect(
        3,
        "shaolin: kube-apiserver runs as user 2001 (kubeadm's RootlessControlPlane, or a patch)",
        manifests={
            "kube-apiserver": ("  securityContext:\n", "  securityContext:\n    runAsUser: 2001\n"),
        },
    ),
    "the first master's address where only a person can say what belongs there": Defect(
        3,
        "shaolin: kube-apiserver.yaml cannot be carried over to wudang: kube-apiserver: ",
        manifests={
            "kube-apiserver": (
                "    - --secure-port=6443",
                "    - --secure-port=6443\n    - --external-hostname=10.27.53.32",
            )
        },
    ),
    "a controller-manager that does not elect": Defect(
        4,
        "shaolin: kube-controller-manager has --leader-elect=false: three would all act",
        manifests={"kube-controller-manager": ("--leader-elect=true", "--leader-elect=false")},
    ),
    "a scheduler that does not elect": Defect(
        4,
        "shaolin: kube-scheduler has --leader-elect=false: three would all act",
        manifests={"kube-scheduler": ("--leader-elect=true", "--leader-elect=false")},
    ),
    "no worker": Defect(
        5,
        "no worker in nodes.yaml: every node would be tainted",
        seen={"nodes": states.nodes("shaolin", "wudang", "emei")},
        inventory={"roles": "shaolin:master wudang:master emei:master"},
    ),
    "an endpoint on the port of the balancer's own apiserver": Defect(
        6,
        "emei: its apiserver is to listen on 8443: choose another port for cluster.endpoint",
        manifests={"kube-apiserver": ("=6443", "=8443")},
    ),
    "somebody on the endpoint's port": Defect(
        6,
        "emei: something listens on port 8443 already: free it, or choose another endpoint port",
        machines={"emei": {"listening": frozenset({22, 8443})}},
    ),
    "a single balancer without consent": Defect(
        6,
        "emei: the only balancer, whose loss is the loss of the endpoint: if that is right, write `accept:",
        inventory={"accept": {}},
    ),
    "somebody on the port that the balancer says its name on": Defect(
        6,
        "emei: something listens on port 18443, which the balancer needs: free it",
        machines={"emei": {"listening": frozenset({22, 18443})}},
    ),
    "no nginx": Defect(
        6,
        "emei: no nginx on the PATH of root: install it with its stream module, and leave it disabled",
        machines={"emei": {"missing": frozenset({"nginx"}), "nginx": "", "stream_module": False}},
    ),
    "an nginx whose stream module is not installed": Defect(
        6,
        "emei: its nginx has no stream module: install one (Debian: libnginx-mod-stream)",
        machines={"emei": {"stream_module": False}},
    ),
}

every_defect = pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))


def test_what_was_to_be_created_may_stay_written_where_it_is_what_there_is() -> None:
    assert in_the_way(states.fresh(), states.inventory(create=states.to_create()), 7) == []


@every_state
def test_nothing_stands_in_the_way_of_a_sound_cluster(seen: Seen) -> None:
    """Nor of one that an earlier run, killed or finished, has left."""
    assert in_the_way(seen, states.inventory(), 7) == []


@every_defect
def test_a_defect_gives_its_reason_from_the_step_on_that_it_matters_to(defect: Defect) -> None:
    assert defect.given_to(defect.step), "\n".join(defect.looked_at(defect.step))
    assert not defect.given_to(defect.step - 1)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("--initial-cluster-state=existing", "--initial-cluster-state=new"),
        ("--initial-cluster=shaolin=", "--initial-cluster=emei=https://10.27.52.72:2380,shaolin="),
    ],
)
def test_who_was_there_at_an_etcds_first_start_is_no_drift(ours: str, theirs: str) -> None:
    """`kubeadm upgrade` writes all members into every manifest."""
    machines = {
        name: replace(states.fresh().machines[name], **values)
        for name, values in _running("wudang", "etcd", ours, theirs).items()
    }
    seen = replace(states.half_done(), machines={**states.half_done().machines, **machines})
    assert in_the_way(seen, states.inventory(), 7) == []


def test_every_reason_is_said_at_once() -> None:
    """Mending one and starting again, one after the other, is no way to use a change window."""
    seen = replace(
        states.fresh(),
        nodes=states.nodes("shaolin", "wudang", "emei"),
        members=states.members("shaolin", "huashan"),
        authority_keys=frozenset(),
    )
    assert len(in_the_way(seen, states.inventory(), 2)) == 5


@pytest.mark.parametrize("version", ["3.5.33", "3.6.14", "3.7.1", "3.8.0"])
def test_an_etcd_from_the_mended_version_on_is_no_reason(version: str) -> None:
    assert in_the_way(replace(states.fresh(), **_of_size(1, version)), states.inventory(), 2) == []


def test_an_etcd_that_is_no_release_is_compared_by_its_numbers() -> None:
    (reason,) = in_the_way(replace(states.fresh(), **_of_size(1, "3.7.0-rc.1")), states.inventory(), 2)
    assert reason.startswith("etcd 3.7.0-rc.1 is older than 3.7.1")


def test_room_for_three_databases_is_enough() -> None:
    seen = replace(states.fresh(), **_of_size(100 << 20))
    machines = {name: replace(one, free_bytes=300 << 20) for name, one in seen.machines.items()}
    assert in_the_way(replace(seen, machines=machines), states.inventory(), 2) == []


def test_an_endpoint_that_is_configured_already_is_no_reason() -> None:
    seen = replace(states.fresh(), **_configured(control_plane_endpoint="api.lab:8443"))
    assert in_the_way(seen, states.inventory(uid=states.UID), 1) == []


def test_the_runbooks_own_balancer_may_listen_on_the_endpoints_port() -> None:
    seen = replace(states.fresh(), machines=states.machines(balancers=("emei",)))
    assert not [reason for reason in in_the_way(seen, states.inventory(), 7) if "8443" in reason]


def test_another_port_and_another_data_directory_are_no_reason() -> None:
    texts = dict(states.fresh().manifests)
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("6443", "7443")
    texts["etcd"] = texts["etcd"].replace("/var/lib/etcd", "/srv/etcd")
    seen = replace(states.fresh(), manifests=texts, **_configured(etcd_data_dir="/srv/etcd"))
    assert in_the_way(seen, states.inventory(), 7) == []


def test_a_socket_that_every_new_master_has_is_no_reason() -> None:
    """A KMS plug-in that runs on all of them is how it should be."""
    seen = replace(states.fresh(), **_carrying("kube-apiserver", given={"/run/kms/a.sock": "--x"}), lacking={})
    assert in_the_way(seen, states.inventory(), 7) == []


@pytest.mark.parametrize("port", [6443, 9999])
def test_an_apiserver_that_asks_itself_or_nobody_is_no_reason(port: int) -> None:
    """Its own port is not open yet on a new master; and who listens nowhere is not missed."""
    seen = replace(states.fresh(), **_carrying("kube-apiserver", servers={port: "/etc/x.conf"}))
    assert in_the_way(seen, states.inventory(), 7) == []


def test_several_balancers_need_no_consent() -> None:
    seen = replace(states.fresh(), machines=states.machines(nginx=("emei", "wudang")))
    inventory = states.inventory(balancers=("emei", "wudang"), accept={})
    assert not [reason for reason in in_the_way(seen, inventory, 7) if "balancer" in reason]


def test_a_consent_that_nothing_needs_is_a_reason_while_its_step_is_to_come() -> None:
    """Left in the file, it would accept what somebody adds next year."""
    unneeded = states.inventory(balancers=("emei", "wudang"))
    fresh = replace(states.fresh(), machines=states.machines(nginx=("emei", "wudang")))
    (reason,) = in_the_way(fresh, unneeded, 6)
    assert reason.startswith("nodes.yaml: nothing needs the consent `single-balancer` (one balancer alone, whose loss")
    assert in_the_way(fresh, unneeded, 5) == []
    begun = replace(fresh, machines=states.machines(nginx=("emei", "wudang"), balancers=("emei",)))
    assert in_the_way(begun, unneeded, 6) == []


def test_reasons_stand_by_node_in_the_files_order_and_the_clusters_own_first() -> None:
    defects = ("an image that is not there", "a missing program", "an alarm", "no room for three databases")
    emei, wudang, _, _ = (DEFECTS[name] for name in defects)
    machines = {"emei": emei.machines["emei"], "wudang": {**wudang.machines["wudang"], "free_bytes": 0}}
    seen = replace(
        states.fresh(),
        machines={**states.machines(), **{n: replace(states.machines()[n], **v) for n, v in machines.items()}},
        **DEFECTS["an alarm"].seen,
    )
    about = [reason.partition(":")[0] for reason in in_the_way(seen, states.inventory(), 7)]
    assert about == ["etcd", "wudang", "wudang", "emei"]


def test_every_refusal_has_a_defect_that_it_is_given_for() -> None:
    """A refusal that was never given may be one that cannot be."""
    given = {
        one.what
        for defect in DEFECTS.values()
        for one in REFUSALS
        if any(True for _ in one.look(defect.seen_whole(), defect.inventory_whole()))
    }
    assert {one.what for one in REFUSALS} - given == set()


def test_data_of_a_member_that_has_joined_is_no_reason() -> None:
    seen = replace(
        states.fresh(), members=states.members("shaolin", learner="emei"), machines=states.machines(("shaolin", "emei"))
    )
    assert in_the_way(seen, states.inventory(), 2) == []
