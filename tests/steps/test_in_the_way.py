"""Each reason against a run, seen once; and a cluster that gives none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from changes.before import Before, Host
from changes.paths import Path
from changes.seen import Seen
from formats import etcd
from formats.carried import Carriage
from formats.kubeadm import COMPONENTS
from nodes.inventory import Inventory
from steps.in_the_way import NOTICES, REFUSALS, in_the_way, mirror, worth_knowing
from steps.masters import NOT_BALANCED_TO
from tests.steps import inhabited, mirrored, states
from tests.steps.inhabited import before
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
    lives: tuple[Mapping[str, Any], ...] = ()
    """Objects that the cluster has besides the usual ones."""
    before: Mapping[str, Any] = field(default_factory=dict)
    state: Callable[[], Seen] = states.fresh
    """Of the cluster that nothing stands in the way of."""
    manifests: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Of the component's manifest: which text is replaced by which."""

    def looked_at(self, last_step: int) -> list[str]:
        return in_the_way(self.seen_whole(), self.inventory_whole(), last_step)

    def inventory_whole(self) -> Inventory:
        return states.inventory(**self.inventory)

    def seen_whole(self) -> Before:
        seen = self.state()
        texts = {name: seen.manifests[name].replace(*edit) for name, edit in self.manifests.items()}
        assert all(text != seen.manifests[name] for name, text in texts.items()), "the edit changes nothing"
        machines = {name: replace(seen.machines[name], **values) for name, values in self.machines.items()}
        seen = replace(seen, manifests={**seen.manifests, **texts}, machines={**seen.machines, **machines})
        return inhabited.before(replace(seen, **self.seen), *self.lives, **self.before)

    def given_to(self, last_step: int) -> list[str]:
        return [reason for reason in self.looked_at(last_step) if reason.startswith(self.reason)]


def _configured(**values: Any) -> dict[str, Any]:
    return {"configuration": replace(states.configuration(), **values)}


def _carrying(component: str, **values: Any) -> dict[str, Any]:
    return {"carriages": {**states.fresh().carriages, component: Carriage(**values)}}


def _of_size(size: int, version: str = "3.7.3") -> dict[str, Any]:
    return {"statuses": tuple(replace(one, db_size=size, version=version) for one in states.fresh().statuses)}


def _switched_to(cluster_id: str) -> dict[str, Any]:
    return {"proof": replace(mirrored.proof(), to_cluster=cluster_id).text}


def _running(name: str, component: str, ours: str, theirs: str) -> dict[str, dict[str, Any]]:
    """A new master that has a manifest already, with `theirs` where this run would write `ours`."""
    text = states.rendered(name, component)
    assert ours in text
    return {name: {"manifests": {component: text.replace(ours, theirs)}}}


MIRROR = {"etcd": "mirror"}

_SHOP = {
    "kind": "Service",
    "metadata": {"name": "shop", "namespace": "default"},
    "spec": {"type": "LoadBalancer"},
}
_WITH_A_CLAIM = inhabited.pod(
    "db", "wudang", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
)
_AT_WUDANG = {
    "nodeSelectorTerms": [
        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["wudang"]}]}
    ]
}

_OF_LOGS = {"ownerReferences": [{"kind": "DaemonSet", "name": "logs", "controller": True}]}
_DNS = {"labels": {"k8s-app": "kube-dns"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "c", "controller": True}]}

_HOSTS = {name: Host() for name in states.ADDRESSES}
_ALONE = (
    '{"header": {"cluster_id": 51966}, "members": [{"ID": 1, "name": "", "peerURLs": ["https://10.24.138.208:2380"]}]}'
)

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
    "certificates elsewhere than kubeadm believes": Defect(
        1,
        "shaolin: the apiserver's certificates are in /etc/kubernetes/pki, and kubeadm-config's certificatesDir is",
        seen=_configured(certificates_dir="/srv/pki"),
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
    "data of another etcd where a mirror was begun": Defect(
        2,
        "emei: /var/lib/etcd holds a database though emei is no member, nor of the new cluster that"
        " /var/lib/kubeadm-ha/etcd-mirror.json tells of: move it away;",
        state=mirrored.born,
        inventory=MIRROR,
        machines={"emei": {"etcd_token": "mirror-of-abba"}},
    ),
    "a database for a mirror that nobody has written down": Defect(
        2,
        "wudang: /var/lib/etcd holds a database though wudang is no member: move it away;",
        state=mirrored.born,
        inventory=MIRROR,
        seen={"mirror": ""},
    ),
    "a note of where the new cluster began that is none": Defect(
        2,
        "shaolin: /var/lib/kubeadm-ha/etcd-mirror.json is not the note that step 2 writes: put back what stood there",
        state=mirrored.born,
        inventory=MIRROR,
        seen={"mirror": "by hand"},
    ),
    "a switch without the note of where the new cluster began": Defect(
        2,
        "shaolin: /var/lib/kubeadm-ha/etcd-mirror.json is gone, which says what the new etcd cluster began as:",
        state=mirrored.away,
        inventory=MIRROR,
        seen={"mirror": ""},
    ),
    "a note of the switch that lacks something": Defect(
        2,
        "shaolin: /var/lib/kubeadm-ha/etcd-switch.json is not the note that step 2 writes: put back what stood there",
        state=mirrored.away,
        inventory=MIRROR,
        seen={"proof": "{}"},
    ),
    "an etcd that is not the one that was switched to": Defect(
        2,
        "shaolin: etcd was cluster abba when step 2.3 wrote /var/lib/kubeadm-ha/etcd-switch.json, and is beef now:",
        state=mirrored.away,
        inventory=MIRROR,
        seen=_switched_to("abba"),
    ),
    "the same after the conversion, on whatever road": Defect(
        2,
        "shaolin: etcd was cluster abba when step 2.3 wrote /var/lib/kubeadm-ha/etcd-switch.json, and is beef now:",
        state=mirrored.back,
        seen=_switched_to("abba"),
    ),
    "a mirror of an etcd that has grown": Defect(
        2,
        "etcd: it has 2 members already, and the road `mirror` leaves a single one: write `etcd: grow`",
        inventory=MIRROR,
        seen={"members": states.members("shaolin", "wudang")},
    ),
    "a mirror of an etcd that has begun to grow": Defect(
        2,
        "etcd: it has 2 members already, and the road `mirror` leaves a single one: write `etcd: grow`",
        inventory=MIRROR,
        seen={"members": states.members("shaolin", learner="emei")},
    ),
    "a mirror of more than can be compared": Defect(
        2,
        "etcd: 257 MiB of its database are in use, and the road `mirror` compares up to 256 MiB: write `etcd: grow`",
        inventory=MIRROR,
        seen={"statuses": tuple(replace(one, db_size_in_use=257 << 20) for one in states.fresh().statuses)},
    ),
    "a new etcd whose version nobody can tell": Defect(
        2,
        "nodes.yaml: no tag that is a version in registry.lab/etcd:stable: write one such as registry.k8s.io/etcd:3.7",
        inventory={**MIRROR, "etcd_image": "registry.lab/etcd:stable"},
    ),
    "a new etcd that cannot begin at a higher revision": Defect(
        2,
        "etcd 3.5.33 cannot begin at a higher revision, which 3.6 and later can: name a younger one",
        inventory={**MIRROR, "etcd_image": "registry.lab/etcd:3.5.33-0"},
    ),
    "a new etcd of the old one's version, which cannot begin at a higher revision": Defect(
        2,
        "etcd 3.5.33 cannot begin at a higher revision, which 3.6 and later can: name a younger one",
        inventory=MIRROR,
        seen=_of_size(1, "3.5.33"),
    ),
    "a new etcd before the mended one": Defect(
        2,
        "nodes.yaml: registry.lab/etcd:3.6.13-0 is an etcd older than 3.6.14 (GHSA-6vch-q96h-7gc3): name a younger",
        inventory={**MIRROR, "etcd_image": "registry.lab/etcd:3.6.13-0"},
    ),
    "a new cluster of the old etcd's image, before the mended one": Defect(
        2, "etcd 3.7.0 is older than 3.7.1", inventory=MIRROR, seen=_of_size(1, "3.7.0")
    ),
    "an image of the new cluster that is not on the first master": Defect(
        1,
        "shaolin: image registry.k8s.io/etcd:3.7.9-0 is not there, and no kubeadm to pull it: install it, or load",
        inventory={**MIRROR, "etcd_image": mirrored.IMAGE},
        machines={"shaolin": {"missing": frozenset({"kubeadm"})}},
    ),
    "an etcd of a new cluster that is not what nodes.yaml gives": Defect(
        2,
        "emei: etcd.yaml is not what the first master's gives: spec.containers[etcd].image: registry.k8s.io/etcd:3.7.9",
        state=mirrored.born,
        inventory={**MIRROR, "etcd_image": mirrored.IMAGE},
    ),
    "a new member that counts others once it serves": Defect(
        2,
        "wudang: its etcd counts shaolin at https://10.27.53.32:2380 as members of cafe, the one that shaolin's",
        state=mirrored.away,
        inventory=MIRROR,
        before={"member_lists": {"wudang": states.members("shaolin")}},
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
        1,
        "emei: image registry.k8s.io/kube-scheduler:v1.37.2 is not there, and no kubeadm to pull it: install it, or",
        machines={
            "emei": {
                "images": frozenset(
                    image for image in states.fresh().machines["emei"].images if "scheduler" not in image
                ),
                "missing": frozenset({"kubeadm"}),
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
    "a pod that its budget does not let go": Defect(
        5,
        "emei: default/shop may not be evicted: its disruption budget default/shop-budget allows none now"
        " (1 healthy, 1 wanted): run more of it",
        lives=(inhabited.pod("shop", "emei"), inhabited.budget("shop", 0)),
    ),
    "a pod with two budgets": Defect(
        5,
        "emei: default/shop has several disruption budgets (default/shop-budget and default/shop-budget),",
        lives=(inhabited.pod("shop", "emei"), inhabited.budget("shop", 1), inhabited.budget("shop", 1)),
    ),
    "a pod without a controller": Defect(
        5,
        "wudang: default/alone has no controller, so that nobody makes it anew: remove it, or give it one; if that is"
        ' right, write `accept: {bare-pods: "the reason"}` in nodes.yaml',
        lives=(inhabited.pod("alone", "wudang", owner=""),),
    ),
    "an emptyDir": Defect(
        5,
        "shaolin: default/cache has the emptyDir scratch, which is gone with it: bring the data to safety, or",
        lives=(inhabited.pod("cache", "shaolin", volumes=[{"name": "scratch", "emptyDir": {}}]),),
    ),
    "a volume that no worker can have": Defect(
        5,
        "wudang: default/db has the volume disk-of-wudang, which no worker can have: it would wait for ever:",
        lives=(_WITH_A_CLAIM, inhabited.volume("disk-of-wudang", "data", nodeAffinity={"required": _AT_WUDANG})),
    ),
    "a volume that is a folder of the node": Defect(
        5,
        "wudang: default/db has the volume folder, a folder of this node, which stays behind:",
        lives=(_WITH_A_CLAIM, inhabited.volume("folder", "data", hostPath={"path": "/srv/data"})),
    ),
    "a node of both kinds of addresses": Defect(
        1,
        "hengshan: its Node has InternalIPs of both kinds (10.27.52.90, fd00::90): dual stack is not supported",
        seen={
            "nodes": (
                *states.nodes(*states.ADDRESSES),
                replace(states.nodes("hengshan")[0], internal_addresses=("10.27.52.90", "fd00::90")),
            )
        },
    ),
    "services with addresses of both kinds": Defect(
        1,
        "kubeadm-config: serviceSubnet 10.96.0.0/12,fd00:96::/112: IPv6 and dual stack are not supported",
        seen=_configured(service_subnet="10.96.0.0/12,fd00:96::/112"),
    ),
    "pods with IPv6 addresses": Defect(
        1,
        "kubeadm-config: podSubnet fd00:244::/56: IPv6 and dual stack are not supported",
        seen=_configured(pod_subnet="fd00:244::/56"),
    ),
    "an apiserver that advertises another address": Defect(
        1,
        "shaolin: its apiserver advertises 192.0.2.32, and its Node has 10.27.53.32 (--node-ip): what other masters",
        manifests={"kube-apiserver": ("--advertise-address=10.27.53.32", "--advertise-address=192.0.2.32")},
    ),
    "a cluster of Cluster API": Defect(
        1,
        "cluster: Cluster API owns emei and would undo this: let it add the masters itself",
        seen={
            "nodes": tuple(
                replace(node, annotations={"cluster.x-k8s.io/machine": "m1"} if node.name == "emei" else {})
                for node in states.nodes(*states.ADDRESSES)
            )
        },
    ),
    "a cluster of k3s": Defect(
        1,
        "cluster: k3s owns shaolin, wudang, emei, huashan and would undo this",
        seen={
            "nodes": tuple(replace(node, kubelet_version="v1.37.2+k3s1") for node in states.nodes(*states.ADDRESSES))
        },
    ),
    "a cluster of Kubespray": Defect(
        1,
        "cluster: Kubespray owns shaolin and would undo this",
        before={"hosts": {**_HOSTS, "shaolin": Host(owners=("Kubespray",))}},
    ),
    "a way between masters that gives no answer": Defect(
        2,
        "wudang: no way to emei (10.27.52.72) port 2379 and 2380: no answer in 3 s: let it through,",
        before={
            "closed": {
                Path(2, "wudang", "emei", 2379): "no answer in 3 s",
                Path(2, "wudang", "emei", 2380): "no answer in 3 s",
            }
        },
    ),
    "a way to a kubelet that a router closes": Defect(
        3,
        "emei: no way to huashan (10.27.52.80) port 10250: no route to host: let it through,",
        before={"closed": {Path(3, "emei", "huashan", 10250): "no route to host"}},
    ),
    "a host through which nothing may be forwarded": Defect(
        6,
        "huashan: the way to emei (10.27.52.72) port 8443 cannot be tried: its sshd forbids it (AllowTcpForwarding):",
        before={"closed": {Path(6, "huashan", "emei", 8443): "its sshd forbids it (AllowTcpForwarding)"}},
    ),
    "an etcd that counts others": Defect(
        2,
        "wudang: its etcd counts 1 at https://10.24.138.208:2380 as members of cafe, the one that shaolin's",
        before={"member_lists": {"wudang": etcd.member_list(_ALONE)}},
    ),
    "an etcd that has voted and is silent": Defect(
        2,
        "wudang: its etcd does not answer: wudang: `etcdctl` ended with status 1: bring it back before",
        seen={"members": states.members("shaolin", "wudang")},
        before={"member_lists": {"wudang": "wudang: `etcdctl` ended with status 1"}},
    ),
    "a proxy for an apiserver": Defect(
        3,
        "shaolin: kube-apiserver is told to use a proxy, and its NO_PROXY lacks 10.24.138.208, 10.27.52.72, 10.27.52",
        manifests={
            "kube-apiserver": (
                "    image: ",
                "    env:\n    - {name: https_proxy, value: 'http://p'}\n    - {name: no_proxy, value: 10.27.53.32}\n"
                "    image: ",
            )
        },
    ),
    "a proxy for a kubelet": Defect(
        3,
        "huashan: kubelet is told to use a proxy, and its NO_PROXY lacks api.lab: add it to its unit's environment",
        before={"hosts": {**_HOSTS, "huashan": Host(no_proxy={"kubelet": "10.0.0.0/8,.cluster.local"})}},
    ),
    "a proxy for a coming master's kubelet": Defect(
        3,
        "emei: kubelet is told to use a proxy, and its NO_PROXY lacks 10.27.52.72: add it to its unit's environment",
        before={"hosts": {**_HOSTS, "emei": Host(no_proxy={"kubelet": "10.27.53.32,api.lab"})}},
    ),
    "a proxy for who logs in": Defect(
        3,
        "shaolin: who logs in is told to use a proxy, and its NO_PROXY lacks 10.24.138.208, 10.27.52.72, so that",
        before={"hosts": {**_HOSTS, "shaolin": Host(no_proxy={"ssh": "localhost,10.27.53.32"})}},
    ),
    "a proxy for kube-proxy": Defect(
        3,
        "cluster: DaemonSet kube-system/kube-proxy is told to use a proxy, and its NO_PROXY lacks api.lab: add it",
        lives=(inhabited.daemon_set("kube-proxy", container={"env": [{"name": "HTTPS_PROXY", "value": "http://p"}]}),),
    ),
    "a cloud-init that writes the hosts file": Defect(
        6,
        "emei: cloud-init writes /etc/hosts anew at every boot (manage_etc_hosts), without the endpoint's line:",
        before={"hosts": {**_HOSTS, "emei": Host(hosts_file_written=True)}},
    ),
    "too little CPU left for the static pods": Defect(
        2,
        "emei: too little is left for the static pods (650m of CPU wanted, 500m free): the kubelet would put out"
        " ordinary pods for them without asking a budget: move some away first, of default/fat",
        lives=(inhabited.pod("fat", "emei", cpu="1500m"),),
    ),
    "too little memory left for the static pods": Defect(
        2,
        "wudang: too little is left for the static pods (100 MiB of memory wanted, 32 MiB free): the kubelet",
        lives=(inhabited.pod("fat", "wudang", memory="4000Mi"),),
    ),
    "too few places left for the static pods": Defect(
        2,
        "emei: too little is left for the static pods (4 places for pods wanted, 3 free): the kubelet",
        lives=tuple(inhabited.pod(f"p{number}", "emei") for number in range(106)),
    ),
    "a pod that may run on no worker": Defect(
        5,
        "emei: default/pinned may run on no worker (its node selector or affinity, their taints, or cordoned ones):",
        lives=(inhabited.pod("pinned", "emei", nodeSelector={"kubernetes.io/hostname": "emei"}),),
    ),
    "a pod that is too large for every worker": Defect(
        5,
        "shaolin: default/fat fits on no worker once it is evicted (huashan: 1900m of CPU wanted, 1800m free):",
        lives=(inhabited.pod("fat", "shaolin", cpu="1900m"),),
    ),
    "pods that are too large for all workers together": Defect(
        5,
        "workers: the 3 pods that leave the masters need more than is free on all of them (2100m of CPU wanted, 1800m",
        lives=(inhabited.pod("a", "wudang", cpu="1"), inhabited.pod("b", "emei", cpu="1")),
    ),
    "addresses that coming masters alone announce, with MetalLB": Defect(
        5,
        "load balancers: default/shop are announced by emei alone, and masters carry node.kubernetes.io/exclude-from",
        lives=(
            _SHOP,
            inhabited.daemon_set("speaker", "metallb-system", "quay.io/metallb/speaker:v0.15.2"),
            inhabited.pod("speaker", "emei", namespace="metallb-system", owner="DaemonSet"),
        ),
    ),
    "addresses that coming masters alone announce, with a cloud": Defect(
        5,
        "load balancers: default/shop are announced by emei, shaolin, wudang alone, and masters carry",
        seen={
            "nodes": (
                *states.nodes("shaolin", "wudang", "emei"),
                replace(states.nodes("huashan")[0], labels={NOT_BALANCED_TO: ""}),
            )
        },
        lives=(_SHOP,),
    ),
    "no cluster-info": Defect(
        6,
        "kube-public/cluster-info: there is no such ConfigMap, or no kubeconfig in it",
        before={"config_maps": {**inhabited.CONFIG_MAPS, "kube-public/cluster-info": {}}},
    ),
    "no configuration of kube-proxy": Defect(
        7,
        "kube-system/kube-proxy: its ConfigMap has no kubeconfig.conf, as kubeadm deploys it, and step 7 has nothing to"
        " move: stop before it (--to 6), and lead whatever stands in its place to api.lab:8443 yourself",
        before={"config_maps": {"kube-public/cluster-info": {"kubeconfig": ""}}},
    ),
    "Cilium in kube-proxy's place": Defect(
        7,
        "kube-system/kube-proxy: its ConfigMap has no kubeconfig.conf, as kubeadm deploys it, and step 7 has nothing to"
        " move: stop before it (--to 6), and lead Cilium, which stands in its place and reaches the API at 10.27.53.32",
        lives=(
            inhabited.daemon_set(
                "cilium", container={"env": [{"name": "KUBERNETES_SERVICE_HOST", "value": "10.27.53.32"}]}
            ),
        ),
        before={
            "config_maps": {
                "kube-public/cluster-info": {"kubeconfig": ""},
                "kube-system/cilium-config": {"kube-proxy-replacement": "true"},
            }
        },
    ),
    "somebody on the endpoint's port": Defect(
        6,
        "emei: something listens on port 8443 already: free it, or choose another endpoint port",
        machines={"emei": {"listening": frozenset({22, 8443})}},
    ),
    "a single balancer without consent": Defect(
        6,
        "emei: the only balancer, whose loss is the loss of the endpoint; if that is right, write `accept:",
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
    assert in_the_way(before(states.fresh()), states.inventory(create=states.to_create()), 7) == []


@every_state
def test_nothing_stands_in_the_way_of_a_sound_cluster(seen: Seen) -> None:
    """Nor of one that an earlier run, killed or finished, has left."""
    assert in_the_way(before(seen), states.inventory(), 7) == []


@pytest.mark.parametrize("image", ["", mirrored.IMAGE], ids=["the first master's image", "another image"])
@mirrored.every_state
def test_nothing_stands_in_the_way_of_a_mirror_that_goes_on(state: Callable[[str], Seen], image: str) -> None:
    """Wherever an earlier run stopped; the new members are another cluster's as long as the old one serves."""
    inventory = mirrored.inventory(etcd_image=image) if image else mirrored.inventory()
    seen = state(image)
    new = states.members(*mirrored.NEW, cluster_id=mirrored.BEEF)
    lists = dict.fromkeys(mirrored.NEW, seen.members if seen.switched else new)
    assert in_the_way(before(seen, member_lists=lists), inventory, 7) == []


def test_nothing_stands_in_the_way_of_either_road_behind_a_mirror() -> None:
    """Nor does an image that nobody has taken out of nodes.yaml undo an upgrade."""
    seen = mirrored.back()
    assert in_the_way(before(seen), states.inventory(), 7) == []
    assert in_the_way(before(seen), mirrored.inventory(etcd_image="registry.k8s.io/etcd:3.5.1-0"), 7) == []


def test_the_floor_holds_for_a_new_cluster_alone() -> None:
    seen = before(replace(states.fresh(), **_of_size(1, "3.4.3")))
    assert in_the_way(seen, mirrored.inventory(etcd_image=mirrored.IMAGE), 7) == []


@pytest.mark.parametrize("tag", ["3.7.9", "v3.7.9", "3.7.9-0", "3.7.9-0@sha256:ab", "3.7.9-rc.1", "3.7.9_hardened"])
def test_a_tag_says_a_version(tag: str) -> None:
    assert mirror.version_of(f"registry.lab:5000/k8s/etcd:{tag}") == "3.7.9"


@pytest.mark.parametrize(
    "image", ["r.lab:5000/etcd@sha256:3.7.9", "r.lab/etcd:stable", "r.lab/etcd:3.7", "etcd:3.7.9a"]
)
def test_a_tag_that_is_no_version_says_none(image: str) -> None:
    assert mirror.version_of(image) == ""


def test_a_consent_to_the_old_version_is_not_needed_where_another_image_is_given() -> None:
    accept = {"single-balancer": "a lab", "etcd-version": "old"}
    seen = before(replace(states.fresh(), **_of_size(1, "3.7.0")))
    assert in_the_way(seen, states.inventory(accept=accept, **MIRROR), 7) == []
    (reason,) = in_the_way(seen, states.inventory(accept=accept, **MIRROR, etcd_image=mirrored.IMAGE), 7)
    assert reason.startswith("nodes.yaml: nothing needs the consent `etcd-version`")
    begun = before(mirrored.born(mirrored.IMAGE))
    assert in_the_way(begun, states.inventory(accept=accept, **MIRROR, etcd_image=mirrored.IMAGE), 7) == []


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
    assert in_the_way(before(seen), states.inventory(), 7) == []


def test_every_reason_is_said_at_once() -> None:
    """Mending one and starting again, one after the other, is no way to use a change window."""
    seen = replace(
        states.fresh(),
        nodes=states.nodes("shaolin", "wudang", "emei"),
        members=states.members("shaolin", "huashan"),
        authority_keys=frozenset(),
    )
    assert len(in_the_way(before(seen), states.inventory(), 2)) == 5


@pytest.mark.parametrize("version", ["3.5.33", "3.6.14", "3.7.1", "3.8.0"])
def test_an_etcd_from_the_mended_version_on_is_no_reason(version: str) -> None:
    assert in_the_way(before(replace(states.fresh(), **_of_size(1, version))), states.inventory(), 2) == []


def test_an_etcd_that_is_no_release_is_compared_by_its_numbers() -> None:
    (reason,) = in_the_way(before(replace(states.fresh(), **_of_size(1, "3.7.0-rc.1"))), states.inventory(), 2)
    assert reason.startswith("etcd 3.7.0-rc.1 is older than 3.7.1")


def test_room_for_three_databases_is_enough() -> None:
    seen = replace(states.fresh(), **_of_size(100 << 20))
    machines = {name: replace(one, free_bytes=300 << 20) for name, one in seen.machines.items()}
    assert in_the_way(before(replace(seen, machines=machines)), states.inventory(), 2) == []


def test_an_endpoint_that_is_configured_already_is_no_reason() -> None:
    seen = replace(states.fresh(), **_configured(control_plane_endpoint="api.lab:8443"))
    assert in_the_way(before(seen), states.inventory(uid=states.UID), 1) == []


def test_the_runbooks_own_balancer_may_listen_on_the_endpoints_port() -> None:
    seen = replace(states.fresh(), machines=states.machines(balancers=("emei",)))
    assert not [reason for reason in in_the_way(before(seen), states.inventory(), 7) if "8443" in reason]


def test_another_port_and_other_directories_are_no_reason() -> None:
    texts = {name: text.replace("/etc/kubernetes/pki", "/srv/pki") for name, text in states.fresh().manifests.items()}
    texts["kube-apiserver"] = texts["kube-apiserver"].replace("6443", "7443")
    texts["etcd"] = texts["etcd"].replace("/var/lib/etcd", "/srv/etcd")
    seen = replace(
        states.fresh(), manifests=texts, **_configured(etcd_data_dir="/srv/etcd", certificates_dir="/srv/pki")
    )
    assert in_the_way(before(seen), states.inventory(), 7) == []


def test_a_socket_that_every_new_master_has_is_no_reason() -> None:
    """A KMS plug-in that runs on all of them is how it should be."""
    seen = replace(states.fresh(), **_carrying("kube-apiserver", given={"/run/kms/a.sock": "--x"}), lacking={})
    assert in_the_way(before(seen), states.inventory(), 7) == []


@pytest.mark.parametrize("port", [6443, 9999])
def test_an_apiserver_that_asks_itself_or_nobody_is_no_reason(port: int) -> None:
    """Its own port is not open yet on a new master; and who listens nowhere is not missed."""
    seen = replace(states.fresh(), **_carrying("kube-apiserver", servers={port: "/etc/x.conf"}))
    assert in_the_way(before(seen), states.inventory(), 7) == []


def test_several_balancers_need_no_consent() -> None:
    seen = replace(states.fresh(), machines=states.machines(nginx=("emei", "wudang")))
    inventory = states.inventory(balancers=("emei", "wudang"), accept={})
    assert not [reason for reason in in_the_way(before(seen), inventory, 7) if "balancer" in reason]


def test_a_consent_that_nothing_needs_is_a_reason_while_its_step_is_to_come() -> None:
    """Left in the file, it would accept what somebody adds next year."""
    unneeded = states.inventory(balancers=("emei", "wudang"))
    fresh = replace(states.fresh(), machines=states.machines(nginx=("emei", "wudang")))
    (reason,) = in_the_way(before(fresh), unneeded, 6)
    assert reason.startswith("nodes.yaml: nothing needs the consent `single-balancer` (one balancer alone, whose loss")
    assert in_the_way(before(fresh), unneeded, 5) == []
    begun = replace(fresh, machines=states.machines(nginx=("emei", "wudang"), balancers=("emei",)))
    assert in_the_way(before(begun), unneeded, 6) == []


def test_reasons_stand_by_node_in_the_files_order_and_the_clusters_own_first() -> None:
    defects = ("an image that is not there", "a missing program", "an alarm", "no room for three databases")
    emei, wudang, _, _ = (DEFECTS[name] for name in defects)
    machines = {"emei": emei.machines["emei"], "wudang": {**wudang.machines["wudang"], "free_bytes": 0}}
    seen = replace(
        states.fresh(),
        machines={**states.machines(), **{n: replace(states.machines()[n], **v) for n, v in machines.items()}},
        **DEFECTS["an alarm"].seen,
    )
    about = [reason.partition(":")[0] for reason in in_the_way(before(seen), states.inventory(), 7)]
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
    assert in_the_way(before(seen), states.inventory(), 2) == []


PODS_THAT_MAY_GO = {
    "one that is leaving already is asked nothing": [
        inhabited.pod(
            "x", "emei", owner="", metadata={"name": "x", "uid": "x", "deletionTimestamp": "2026-11-23T12:00:00Z"}
        ),
    ],
    "one that tolerates the taint stays": [inhabited.pod("x", "emei", owner="", tolerations=[inhabited.TOLERATING])],
    "one of a DaemonSet stays": [inhabited.pod("x", "emei", owner="DaemonSet"), inhabited.budget("x", 0)],
    "one on a worker stays": [inhabited.pod("x", "huashan", owner=""), inhabited.budget("x", 0)],
    "one that has ended takes nothing with it": [inhabited.pod("x", "emei", owner="", status={"phase": "Succeeded"})],
    "one that has not started is not guarded": [
        inhabited.pod("x", "emei", status={"phase": "Pending", "conditions": []}),
        inhabited.budget("x", 0),
    ],
    "one that is not ready may go where unready ones may": [
        inhabited.pod("x", "emei", status={"conditions": []}),
        inhabited.budget("x", 0, unhealthyPodEvictionPolicy="AlwaysAllow"),
    ],
    "one that is not ready may go where the others are enough": [
        inhabited.pod("x", "emei", status={"conditions": []}),
        inhabited.budget("x", 0),
    ],
    "a budget of another namespace is not its own": [
        inhabited.pod("x", "emei", namespace="other"),
        inhabited.budget("x", 0),
    ],
    "a volume that a worker can have too goes with it": [
        _WITH_A_CLAIM,
        inhabited.volume(
            "far",
            "data",
            nodeAffinity={
                "required": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "Exists"}]}
                    ]
                }
            },
        ),
    ],
}


@pytest.mark.parametrize("lives", PODS_THAT_MAY_GO.values(), ids=list(PODS_THAT_MAY_GO))
def test_pods_that_step_5_may_evict_or_leave_are_no_reason(lives: list[dict[str, Any]]) -> None:
    assert in_the_way(before(states.fresh(), *lives), states.inventory(), 7) == []


def test_who_asks_nobody_new_may_go_on_using_a_proxy() -> None:
    needed = {"huashan": {"kubelet": "api.lab"}, "emei": {"kubelet": "10.27.52.72", "ssh": ""}}
    hosts = {**_HOSTS, **{name: Host(no_proxy=no_proxy) for name, no_proxy in needed.items()}}
    assert in_the_way(before(states.fresh(), hosts=hosts), states.inventory(), 7) == []


def test_several_addresses_of_one_kind_are_no_reason() -> None:
    emei = replace(states.nodes("emei")[0], internal_addresses=("10.27.52.72", "192.0.2.72"))
    nodes = (*states.nodes("shaolin", "wudang", "huashan"), emei)
    assert in_the_way(before(replace(states.fresh(), nodes=nodes)), states.inventory(), 7) == []


def test_what_is_accepted_is_no_reason_and_is_told_with_the_reason_for_it() -> None:
    accept = {"single-balancer": "a lab", "bare-pods": "it is a probe"}
    seen = before(states.fresh(), inhabited.pod("alone", "wudang", owner=""))
    assert in_the_way(seen, states.inventory(accept=accept), 7) == []
    told = worth_knowing(seen, states.inventory(accept=accept), 7)
    assert [one for one in told if one.startswith("wudang: default/alone") and "bare-pods: it is a probe" in one]
    assert not [one for one in worth_knowing(seen, states.inventory(accept=accept), 4) if "alone" in one]


def test_a_consent_to_pods_is_not_called_unneeded_once_they_have_gone() -> None:
    accept = {"single-balancer": "a lab", "bare-pods": "it is a probe"}
    assert in_the_way(before(states.done()), states.inventory(accept=accept), 7) == []
    (reason,) = in_the_way(before(states.fresh()), states.inventory(accept=accept), 7)
    assert reason.startswith("nodes.yaml: nothing needs the consent `bare-pods`")


NOTICES_GIVEN = {
    "a folder of the node": (
        5,
        "wudang: default/logs mounts /var/log of its node",
        [inhabited.pod("logs", "wudang", volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}])],
    ),
    "pods that find no place one after the other": (
        5,
        "workers: it is tight: the largest first, each where most is free, there is no place left for default/c",
        [inhabited.pod(name, "shaolin", cpu="1200m") for name in "abc"],
    ),
    "rules about other pods": (
        5,
        "wudang: default/apart has rules (other pods, spread, a host's port) that only the scheduler can judge",
        [
            inhabited.pod(
                "apart",
                "wudang",
                affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}},
            )
        ],
    ),
    "a policy about the first master alone": (
        3,
        "NetworkPolicy default/to-api lets 10.27.53.32/32 through, where shaolin is, and not wudang:",
        [
            {
                "kind": "NetworkPolicy",
                "metadata": {"name": "to-api", "namespace": "default"},
                "spec": {"egress": [{"to": [{"ipBlock": {"cidr": "10.27.53.32/32"}}]}]},
            }
        ],
    ),
    "a webhook at the first master": (
        3,
        "webhook hook.lab is served at 10.27.53.32: every apiserver asks there, and it goes with shaolin",
        [
            {
                "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": "hook"},
                "webhooks": [{"name": "hook.lab", "clientConfig": {"url": "https://10.27.53.32:9443/"}}],
            }
        ],
    ),
    "addresses that fewer announce": (
        5,
        "load balancers (a cloud's, MetalLB) pass shaolin, wudang",
        [_SHOP],
    ),
    "a DaemonSet that does not tolerate the taint": (
        5,
        "DaemonSet default/logs does not tolerate the masters' taint: its pods on wudang stay as they are",
        [
            inhabited.daemon_set("logs", "default"),
            *(
                inhabited.pod("logs", node, owner="DaemonSet", metadata={"name": f"logs-{node}"} | _OF_LOGS)
                for node in ("wudang", "emei", "huashan")
            ),
        ],
    ),
    "a DaemonSet with an address of its own for the API": (
        7,
        "DaemonSet kube-system/cilium is told that the API is at 10.27.53.32 (KUBERNETES_SERVICE_HOST), and goes with",
        [
            inhabited.daemon_set(
                "cilium", container={"env": [{"name": "KUBERNETES_SERVICE_HOST", "value": "10.27.53.32"}]}
            )
        ],
    ),
    "DNS on one master": (
        5,
        "CoreDNS: all 2 pods are on shaolin and stay there; afterwards: kubectl -n kube-system rollout restart",
        [
            inhabited.pod(f"dns-{number}", "shaolin", metadata=_DNS | {"name": f"dns-{number}", "uid": str(number)})
            for number in (1, 2)
        ],
    ),
}


# Two workers, since on one alone what fits together fits one after the other.
_TWO_WORKERS = "shaolin:master wudang:master emei:worker huashan:worker"


@pytest.mark.parametrize(("step", "told", "lives"), NOTICES_GIVEN.values(), ids=list(NOTICES_GIVEN))
def test_what_is_only_worth_knowing_is_told_from_its_step_on_and_refuses_nothing(
    step: int, told: str, lives: list[dict[str, Any]]
) -> None:
    seen, inventory = before(states.fresh(), *lives), states.inventory(_TWO_WORKERS)

    def given(last_step: int) -> list[str]:
        sentences = worth_knowing(seen, inventory, last_step)
        return [one for one in sentences if one.startswith(told)]

    assert given(step), "\n".join(worth_knowing(seen, inventory, step))
    assert not given(step - 1)
    assert in_the_way(seen, inventory, 7) == []


def test_of_a_usual_cluster_little_is_worth_knowing() -> None:
    accepted, disks = worth_knowing(before(states.fresh()), states.inventory(), 7)
    assert accepted.startswith("emei: the only balancer")
    assert disks.startswith("how fast the disks of wudang, emei are is not known: that cannot be measured without")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.010, []),
        (0.016, ["shaolin: one in a hundred writes of etcd's log takes more than 10 ms (99 are below 16 ms): every"]),
        (None, ["shaolin: etcd's metrics give no time for its disk: how slow it is is not known"]),
    ],
)
def test_a_slow_disk_is_worth_knowing(seconds: float | None, told: list[str]) -> None:
    sentences = worth_knowing(before(states.fresh(), disk_seconds=seconds), states.inventory(), 7)
    assert [one[: len(start)] for one in sentences for start in told or [""] if one.startswith("shaolin:")] == told


def _edited_by_hand() -> Seen:
    texts = dict(states.fresh().manifests)
    flag = "    - --leader-elect=true\n"
    texts["kube-scheduler"] = texts["kube-scheduler"].replace(flag, f"{flag}    - --profiling=false\n")
    return replace(states.fresh(), manifests=texts)


def test_what_kubeadm_would_not_write_again_is_worth_knowing_and_carried_over() -> None:
    seen = before(_edited_by_hand())
    assert in_the_way(seen, states.inventory(), 7) == []
    (told,) = [one for one in worth_knowing(seen, states.inventory(), 2) if "kubeadm-config" in one]
    assert told.startswith(
        "shaolin: kube-scheduler.yaml is not what kubeadm would write from kubeadm-config (--profiling)"
    )
    assert "--profiling=false" in seen.manifest(states.inventory(), "wudang", "kube-scheduler")


def _with_an_old_etcd(seen: Seen) -> Seen:
    kept = replace(seen.machines["shaolin"], old_etcd=("/var/lib/etcd/member.of-abba",))
    return replace(seen, machines={**seen.machines, "shaolin": kept})


def test_an_old_etcds_database_is_named_until_somebody_removes_it() -> None:
    sentences = worth_knowing(before(_with_an_old_etcd(states.fresh())), states.inventory(), 7)
    (told,) = [one for one in sentences if "abba" in one]
    assert told.startswith("shaolin: the old etcd's database stands in /var/lib/etcd/member.of-abba")


def test_a_member_that_has_not_voted_yet_may_be_silent() -> None:
    """An earlier run was killed when it had added it."""
    seen = before(states.dead_learner(), member_lists={"emei": "emei: connection refused"})
    assert in_the_way(seen, states.inventory(), 7) == []


def test_members_that_count_alike_are_no_reason() -> None:
    half = states.half_done()
    assert in_the_way(before(half, member_lists={"wudang": half.members}), states.inventory(), 7) == []


def test_an_etcd_below_the_floor_may_be_accepted() -> None:
    accept = {"single-balancer": "a lab", "etcd-version": "raised next week, CHG0043"}
    old = before(replace(states.fresh(), **_of_size(1, "3.7.0")))
    assert in_the_way(old, states.inventory(accept=accept), 7) == []
    (reason,) = in_the_way(before(states.fresh()), states.inventory(accept=accept), 7)
    assert reason.startswith("nodes.yaml: nothing needs the consent `etcd-version`")


def test_every_notice_is_given_for_something() -> None:
    given = {
        one.what
        for _, _, lives in NOTICES_GIVEN.values()
        for one in NOTICES
        if any(
            True
            for _ in one.look(
                before(_with_an_old_etcd(_edited_by_hand()), *lives, disk_seconds=1.0), states.inventory(_TWO_WORKERS)
            )
        )
    }
    assert {one.what for one in NOTICES} - given == set()


def test_speakers_that_ignore_the_label_go_on_announcing() -> None:
    container = {"args": ["--ignore-exclude-lb=true"]}
    lives = (
        _SHOP,
        inhabited.daemon_set("speaker", "metallb-system", "quay.io/metallb/speaker:v0.15.2", container=container),
        inhabited.pod("speaker", "emei", namespace="metallb-system", owner="DaemonSet"),
    )
    assert in_the_way(before(states.fresh(), *lives), states.inventory(), 7) == []


def test_static_pods_that_are_there_already_need_no_room() -> None:
    fat = inhabited.pod("fat", "wudang", cpu="1900m", namespace="other", tolerations=[inhabited.EVERYTHING])
    machines = states.machines(pods={"wudang": COMPONENTS, "emei": COMPONENTS})
    seen = before(replace(states.done(), machines={**states.done().machines, **machines}), fat)
    assert [one for one in in_the_way(seen, states.inventory(), 7) if "static pods" in one] == []


@pytest.mark.parametrize("lacking", ["an image", "kubeadm"])
def test_an_image_or_kubeadm_alone_may_be_missing(lacking: str) -> None:
    """The one pulls the other; and nobody needs it where nothing is to be pulled."""
    emei = DEFECTS["an image that is not there"].machines["emei"]
    changed = {"missing" if lacking == "kubeadm" else "images": emei["missing" if lacking == "kubeadm" else "images"]}
    machines = {**states.machines(), "emei": replace(states.machines()["emei"], **changed)}
    assert in_the_way(before(replace(states.fresh(), machines=machines)), states.inventory(), 7) == []
