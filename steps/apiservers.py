"""Step 3: an apiserver of its own on every master, with its own certificate, and the master's kubelet on it."""

from dataclasses import replace

import pytest

from changes.batch import Batch, ToDo, across
from changes.certificates import Signed
from changes.change import Change
from changes.connected import KubeletConnected
from changes.files import Copied
from changes.kubeconfigs import Credential, PointedAt
from changes.seen import Seen
from changes.static_pods import Answering, StaticPod
from changes.step import CarryOut
from formats.kubeadm import CLIENTS, PAIRS, PRIVATE_MODE, PUBLIC_MODE, SHARED
from nodes.hosts import ADMIN
from nodes.inventory import Inventory
from steps.etcd_cluster import carried

KUBELET = "/etc/kubernetes/kubelet.conf"


def changes(seen: Seen, inventory: Inventory) -> ToDo:
    """Certificates first, then the apiservers that show them, then the kubelets that look at them: the article met
    its x509 error because it went the other way."""
    new = seen.new_masters(inventory)
    todo: list[Change | Batch] = [
        _serving(seen, inventory, seen.first),
        *across(_material(seen, inventory, name) for name in new),
        *across(_process(seen, inventory, name) for name in new),
    ]
    for name in new:
        todo += [
            PointedAt(name, KUBELET, seen.api_url(inventory, name)),
            KubeletConnected(name, inventory.nodes[name].address, seen.layout.api_port),
        ]
    return todo


def _serving(seen: Seen, inventory: Inventory, name: str) -> Signed:
    """The certificate that clients see, with all that the first master's is valid for beyond its own name."""
    wanted, first = (seen.request(inventory, one, "apiserver") for one in (name, seen.first))
    request = replace(
        wanted,
        names=(*wanted.names, *sorted(seen.apiserver.names - set(first.names))),
        addresses=(*wanted.addresses, *sorted(seen.apiserver.addresses - set(first.addresses))),
    )
    pki = seen.layout.pki
    return Signed(name, f"{pki}/apiserver", f"{pki}/ca", request, seen.key_kind)


def _material(seen: Seen, inventory: Inventory, name: str) -> list[Change]:
    pki = seen.layout.pki
    todo: list[Change] = [
        Copied(name, f"{pki}/{path}", PUBLIC_MODE if path.endswith(".crt") else PRIVATE_MODE)
        for path in SHARED
        if not path.startswith("etcd/")
    ]
    todo += carried(seen, name, "kube-apiserver")
    todo.append(_serving(seen, inventory, name))
    for path in ("apiserver-kubelet-client", "front-proxy-client", "apiserver-etcd-client"):
        authority = f"{pki}/{PAIRS[path].authority}"
        request = seen.request(inventory, name, path)
        todo.append(Signed(name, f"{pki}/{path}", authority, request, seen.key_kind))
    admin = replace(
        CLIENTS["admin.conf"].request(),
        organizations=seen.admin.organizations,
        lifetime=seen.configuration.certificate_lifetime,
    )
    own_apiserver = seen.api_url(inventory, name)
    todo.append(Credential(name, ADMIN, admin, pki, seen.key_kind, own_apiserver))
    return todo


def _process(seen: Seen, inventory: Inventory, name: str) -> list[Change]:
    return [
        StaticPod(name, "kube-apiserver", seen.manifest(inventory, name, "kube-apiserver")),
        Answering(name, "kube-apiserver", inventory.nodes[name].address, seen.layout.api_port, "/readyz"),
    ]


@pytest.fixture
def apiservers(carry_out: CarryOut) -> list[str]:
    return carry_out(changes)
