"""What the steps decide from: the machines, the first master's files, its etcd and its API."""

import json
from collections.abc import Collection, Mapping

from changes.observe.machines import machine
from changes.seen import Machine, Seen
from formats import certificates, etcd, kubeconfigs, kubernetes
from formats.kubeadm import COMPONENTS, PAIRS
from nodes import named_files
from nodes.first_master import ASIDE, MIRROR, RECORD
from nodes.hosts import ADMIN, Hosts, kubectl_command
from nodes.session import Session
from nodes.switch import PROOF


class NotSupportedError(Exception):
    """A cluster that is not as kubeadm makes them; says in what."""


def observe(hosts: Hosts) -> Seen:
    """What stands now.

    Raises NotSupportedError, ManifestError, UnreadableError, CommandFailed, ConnectionLost, or what a host's look
    ended with.
    """
    names, pki = list(hosts.inventory.nodes), hosts.layout.pki
    machines = hosts.fleet.side_by_side(lambda name: machine(hosts, name), names)
    first = hosts.first
    if "kubectl" in _of(machines, hosts.first_master).missing:
        raise NotSupportedError(f"{hosts.first_master}: no kubectl on root's PATH: install it, the API is asked there")
    texts = _with_those_aside(hosts, _of(machines, hosts.first_master).manifests)
    missing = [name for name in COMPONENTS if name not in texts]
    if missing:
        raise NotSupportedError(
            f"{hosts.first_master} runs no static pod {' and '.join(missing)}: a cluster with an external etcd, or one"
            " that kubeadm did not make, is not supported"
        )
    carriages = named_files.carriages(hosts.fleet.reader(hosts.first_master), texts, pki)
    api = {
        what: first.check(kubectl_command(hosts.api_url(hosts.first_master), *arguments, "-o", "json"))
        for what, arguments in {
            "configuration": ("-n", "kube-system", "get", "configmap", "kubeadm-config"),
            "namespace": ("get", "namespace", "kube-system"),
            "nodes": ("get", "nodes"),
        }.items()
    }
    pairs = {name: first.check(f"cat {pki}/{name}.crt") for name in ("apiserver", "apiserver-kubelet-client")}
    admin = administrator(hosts.first_master, first)
    return Seen(
        first=hosts.first_master,
        configuration=kubernetes.cluster_configuration(api["configuration"]),
        uid=json.loads(api["namespace"])["metadata"]["uid"],
        record=first.check(f"cat {RECORD} 2>/dev/null || true"),
        mirror=first.check(f"cat {MIRROR} 2>/dev/null || true"),
        proof=first.check(f"cat {PROOF} 2>/dev/null || true"),
        manifests=texts,
        apiserver=certificates.read(pairs["apiserver"])[0],
        kubelet_client=certificates.read(pairs["apiserver-kubelet-client"])[0],
        admin=admin,
        carriages=carriages,
        lacking=_lacking(hosts, {path for carriage in carriages.values() for path in carriage.given}),
        nodes=kubernetes.nodes(api["nodes"]),
        members=etcd.member_list(hosts.etcdctl("member", "list", "-w", "json")),
        statuses=etcd.statuses(hosts.etcdctl("endpoint", "status", "-w", "json")),
        alarms=etcd.alarms(hosts.etcdctl("alarm", "list", "-w", "json")),
        machines={name: _of(machines, name) for name in names},
        authority_keys=frozenset(
            authority
            for authority in {pair.authority for pair in PAIRS.values()}
            if first.run(f"test -s {pki}/{authority}.key").status == 0
        ),
        has_super_admin=first.run("test -e /etc/kubernetes/super-admin.conf").status == 0,
    )


def _with_those_aside(hosts: Hosts, texts: Mapping[str, str]) -> Mapping[str, str]:
    """The first master's manifests as they were before the switch, and will be again."""
    aside = {
        name: hosts.first.check(f"cat {path} 2>/dev/null || true") for name, path in ASIDE.items() if name not in texts
    }
    return {**texts, **{name: text for name, text in aside.items() if text}}


def _of(machines: Mapping[str, Machine | Exception], name: str) -> Machine:
    found = machines[name]
    if isinstance(found, Exception):
        raise found
    return found


def administrator(name: str, first: Session) -> certificates.Certificate:
    """Whose credential admin.conf holds. The text holds a key: what is wrong with it is told without it."""
    try:
        found = kubeconfigs.client_certificate(first.read_secret(ADMIN).reveal().decode())
        if found:
            return certificates.read(found)[0]
    except (kubeconfigs.KubeconfigError, certificates.CertificateError, UnicodeDecodeError) as error:
        raise NotSupportedError(f"{name}: {ADMIN} cannot be read: {error}") from None
    raise NotSupportedError(f"{name}: {ADMIN} holds no client certificate, as kubeadm's does")


def _lacking(hosts: Hosts, paths: Collection[str]) -> dict[str, frozenset[str]]:
    """By master to be."""
    names = [node.name for node in hosts.inventory.masters if node.name != hosts.first_master]
    found = hosts.fleet.side_by_side(lambda name: named_files.lacking(hosts.fleet.reader(name), paths), names)
    for answer in found.values():
        if isinstance(answer, Exception):
            raise answer
    return {name: answer for name, answer in found.items() if not isinstance(answer, Exception)}
