"""Clusters at which nothing else can be looked."""

from dataclasses import replace

import pytest

from changes.observe import Footing
from formats.kubeadm import COMPONENTS
from steps.in_the_way.footing import UNFIT, unfit

SOUND = Footing("shaolin", True, frozenset(COMPONENTS), (), "", "", fenced=False, left=False)
DEFECTS = {
    "shaolin: no kubectl on root's PATH: install it": replace(SOUND, kubectl=False),
    "shaolin: etcd is no static pod there (an external etcd at https://10.0.0.9:2379): not supported": replace(
        SOUND, static_pods=SOUND.static_pods - {"etcd"}, external_etcd=("https://10.0.0.9:2379",)
    ),
    "shaolin: etcd is no static pod there (an external etcd): not supported": replace(
        SOUND, static_pods=SOUND.static_pods - {"etcd"}
    ),
    "shaolin: a new etcd cluster was begun there (/var/lib/kubeadm-ha/etcd-mirror.json) and the road": replace(
        SOUND, left=True
    ),
    "shaolin: the fence of a switch that was cut off stands: it goes back by itself": replace(SOUND, fenced=True),
    "shaolin: no kube-scheduler in /etc/kubernetes/manifests: a cluster that kubeadm did not make": replace(
        SOUND, static_pods=SOUND.static_pods - {"kube-scheduler"}
    ),
    "kube-system/kubeadm-config: there is no such ConfigMap: write it anew from what": replace(
        SOUND, configuration="there is no such ConfigMap"
    ),
    "shaolin: /etc/kubernetes/admin.conf holds no client certificate, as kubeadm's does: make it anew": replace(
        SOUND, administrator="shaolin: /etc/kubernetes/admin.conf holds no client certificate, as kubeadm's does"
    ),
}


@pytest.mark.parametrize(("reason", "footing"), DEFECTS.items(), ids=list(DEFECTS))
def test_it_is_told_with_what_to_do_and_that_the_rest_was_not_looked_at(reason: str, footing: Footing) -> None:
    told, rest = unfit(footing)
    assert told.startswith(reason)
    assert rest == "the rest has not been looked at: first this"


def test_of_several_all_are_told_at_once() -> None:
    assert (
        len(unfit(Footing("shaolin", True, frozenset(), (), "it is empty", "admin.conf is empty", False, False))) == 5
    )


def test_a_cluster_as_kubeadm_makes_them_is_fit() -> None:
    assert unfit(SOUND) == []


def test_each_has_a_defect() -> None:
    assert {one.what for one in UNFIT if any(list(one.look(footing)) for footing in DEFECTS.values())} == {
        one.what for one in UNFIT
    }
