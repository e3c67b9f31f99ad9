"""Step 4: a controller-manager and a scheduler on every new master, each on its own apiserver."""

from dataclasses import replace

from changes.files import Copied
from changes.kubeconfigs import Credential, PointedAt
from changes.seen import Seen
from changes.static_pods import Answering, StaticPod
from steps import controllers
from tests.steps import states
from tests.steps.states import contents, every_state, listed, table

EXPECTED = """\
wudang: /etc/kubernetes/controller-manager.conf, a credential of system:kube-controller-manager
emei: /etc/kubernetes/controller-manager.conf, a credential of system:kube-controller-manager
wudang: /etc/kubernetes/controller-manager.conf → https://10.24.138.208:6443
emei: /etc/kubernetes/controller-manager.conf → https://10.27.52.72:6443
wudang: /etc/kubernetes/scheduler.conf, a credential of system:kube-scheduler
emei: /etc/kubernetes/scheduler.conf, a credential of system:kube-scheduler
wudang: /etc/kubernetes/scheduler.conf → https://10.24.138.208:6443
emei: /etc/kubernetes/scheduler.conf → https://10.27.52.72:6443
wudang: static pod kube-controller-manager
emei: static pod kube-controller-manager
wudang: static pod kube-scheduler
emei: static pod kube-scheduler
wudang: kube-controller-manager answers /healthz
emei: kube-controller-manager answers /healthz
wudang: kube-scheduler answers /healthz
emei: kube-scheduler answers /healthz
"""


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(controllers, seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(listed(controllers, states.fresh(), states.inventory()))


def test_a_manifest_comes_after_the_kubeconfig_that_it_mounts() -> None:
    """FileOrCreate: the kubelet would make an empty file in its place."""
    changes = listed(controllers, states.fresh(), states.inventory())
    for name in ("wudang", "emei"):
        kinds = [type(one) for one in changes if one.node == name]
        last = max(i for i, kind in enumerate(kinds) if kind in (Credential, PointedAt))
        assert last < kinds.index(StaticPod)


def test_files_that_the_manifests_name_are_there_before_they_start() -> None:
    texts = states.sample_manifests("extras-shaolin")
    seen = replace(states.fresh(), manifests=texts, carriages=states.carriages(texts))
    changes = listed(controllers, seen, states.inventory())
    path = "/etc/kubernetes/scheduler/config.yaml"
    for name in ("wudang", "emei"):
        scheduler = next(
            place
            for place, one in enumerate(changes)
            if isinstance(one, StaticPod) and (one.node, one.component) == (name, "kube-scheduler")
        )
        assert Copied(name, path) in changes[:scheduler]
    assert {one.path for one in changes if isinstance(one, Copied)} == {path}


def test_processes_are_waited_for_when_all_have_been_started() -> None:
    kinds = [type(one) for one in listed(controllers, states.fresh(), states.inventory())]
    assert kinds.index(Answering) == len(kinds) - 4


def test_both_talk_to_the_apiserver_of_their_own_master() -> None:
    """The loss of one master takes one of each, and no more."""
    for one in listed(controllers, states.done(), states.inventory()):
        if isinstance(one, Credential | PointedAt):
            assert one.server == f"https://{states.ADDRESSES[one.node]}:6443"


def test_credentials_are_for_root_components_without_a_group() -> None:
    made = [one for one in listed(controllers, states.fresh(), states.inventory()) if isinstance(one, Credential)]
    assert {(one.request.common_name, one.request.organizations) for one in made} == {
        ("system:kube-controller-manager", ()),
        ("system:kube-scheduler", ()),
    }


def test_lifetime_and_kind_of_key_are_the_clusters() -> None:
    seen = replace(states.fresh(), configuration=states.configuration("kubeadm-config-full"))
    made = [one for one in listed(controllers, seen, states.inventory()) if isinstance(one, Credential)]
    assert {(one.request.lifetime.days, one.key_kind) for one in made} == {(182, "ECDSA-P256")}
