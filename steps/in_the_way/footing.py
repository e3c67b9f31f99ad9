"""What must be so before the other looks can be made: a cluster as kubeadm makes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from changes.observe import Footing
from formats.kubeadm import COMPONENTS
from nodes.first_master import MIRROR
from nodes.switch import FOLDER, SWITCHED


@dataclass(frozen=True)
class Unfit:
    """A refusal for which nothing else needs to be looked at, nor can be."""

    what: str
    why: str
    look: Callable[[Footing], Iterator[str]]


def _kubectl(footing: Footing) -> Iterator[str]:
    if not footing.kubectl:
        yield f"{footing.first}: no kubectl on root's PATH: install it, the API is asked there"


def _fenced(footing: Footing) -> Iterator[str]:
    if footing.fenced:
        yield (
            f"{footing.first}: the fence of a switch that was cut off stands: it goes back by itself within a minute,"
            f" then run again; where it does not, `bash {FOLDER}/back` there says why"
        )


def _left(footing: Footing) -> Iterator[str]:
    if footing.left:
        yield (
            f"{footing.first}: a new etcd cluster was begun there ({MIRROR}) and the road `mirror` not gone to its end:"
            f" write `etcd: mirror` again and go on; or, as long as there is no {SWITCHED}, give it up: `systemctl stop"
            " kubeadm-ha-mirror` there, remove etcd.yaml and then etcd's data on the coming masters, and then that note"
        )


def _etcd(footing: Footing) -> Iterator[str]:
    if "etcd" not in footing.static_pods:
        where = f" at {', '.join(footing.external_etcd)}" if footing.external_etcd else ""
        yield f"{footing.first}: etcd is no static pod there (an external etcd{where}): not supported"


def _others(footing: Footing) -> Iterator[str]:
    missing = [name for name in COMPONENTS if name not in footing.static_pods | {"etcd"}]
    if missing:
        yield (
            f"{footing.first}: no {' and '.join(missing)} in /etc/kubernetes/manifests: a cluster that kubeadm did not"
            " make is not supported"
        )


def _configuration(footing: Footing) -> Iterator[str]:
    if footing.configuration:
        yield (
            f"kube-system/kubeadm-config: {footing.configuration}: write it anew from what the cluster was made with"
            " (`kubeadm init phase upload-config kubeadm --config FILE`)"
        )


def _administrator(footing: Footing) -> Iterator[str]:
    if footing.administrator:
        yield f"{footing.administrator}: make it anew with `kubeadm init phase kubeconfig admin`"


def unfit(footing: Footing) -> list[str]:
    """Every reason for which this cluster cannot be looked at further; empty where there is none."""
    reasons = [reason for one in UNFIT for reason in one.look(footing)]
    return [*reasons, "the rest has not been looked at: first this"] if reasons else []


UNFIT = (
    Unfit("no kubectl on the first master", "the API is asked there", _kubectl),
    Unfit("a switch on the road `mirror` that was cut off a moment ago", "it goes back by itself", _fenced),
    Unfit(
        "`etcd: grow` where the road `mirror` was begun and not gone to its end",
        "the coming masters have an etcd that is another cluster",
        _left,
    ),
    Unfit("an external etcd", "its members are not this runbook's to add", _etcd),
    Unfit("a first master without kubeadm's static pods", "there is nothing to make the others from", _others),
    Unfit(
        "no ConfigMap `kube-system/kubeadm-config`, or none that can be read",
        "ranges, names and lifetimes are taken from it",
        _configuration,
    ),
    Unfit(
        "an admin.conf without a client certificate of its own, as kubeadm's has",
        "the other masters get one like it",
        _administrator,
    ),
)
