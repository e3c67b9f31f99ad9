"""The look before the first change: more than any step decides from, and only once."""

import dataclasses
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from changes.before import Before, Host
from changes.observe.cluster import observe
from changes.observe.paths import closed
from changes.observe.surroundings import surroundings
from changes.paths import wanted
from changes.seen import Seen
from formats import etcd, kubernetes, manifests, metrics
from formats.kubernetes.surroundings import KINDS
from nodes import wire
from nodes.commands import CommandFailed, DeadlinePassed, DialFailed
from nodes.etcd_tools import NoEtcdToolsError
from nodes.hosts import Hosts
from nodes.switch import FOLDER

CONFIG_MAPS = ("kube-system/kube-proxy", "kube-system/cilium-config", "kube-public/cluster-info")


def observe_before(hosts: Hosts) -> Before:
    """As `observe`, and what lives in the cluster. Raises as that does."""
    seen = observe(hosts)
    answer = hosts.kubectl("get", ",".join(KINDS), "--all-namespaces", "-o", "json", deadline=120)
    return Before(
        **{one.name: getattr(seen, one.name) for one in dataclasses.fields(seen)},
        around=kubernetes.surroundings(answer),
        config_maps={name: found for name in CONFIG_MAPS if (found := _config_map(hosts, name)) is not None},
        hosts=_hosts(hosts),
        closed=closed(hosts, wanted(hosts.inventory, hosts.layout.api_port)),
        member_lists={
            name: _member_list(hosts, name)
            for name in seen.new_masters(hosts.inventory)
            if "etcd" in seen.machines[name].manifests
        },
        fenced=hosts.first.run(f"test -e {FOLDER}/fenced").status == 0,
        disk_seconds=_disk_seconds(hosts, seen),
    )


def _hosts(hosts: Hosts) -> dict[str, Host]:
    found: dict[str, Host] = {}
    for name, answer in hosts.fleet.side_by_side(lambda name: surroundings(hosts, name), hosts.inventory.nodes).items():
        if isinstance(answer, Exception):
            raise answer
        found[name] = answer
    return found


def _member_list(hosts: Hosts, name: str) -> etcd.MemberList | str:
    try:
        return etcd.member_list(hosts.etcdctl("member", "list", "-w", "json", on=name))
    except (CommandFailed, DeadlinePassed, NoEtcdToolsError) as error:
        return str(error)


def _disk_seconds(hosts: Hosts, seen: Seen) -> float | None:
    """From etcd's own count since it started: kubeadm has it served on the loopback address."""
    url = urlsplit(manifests.parse(seen.manifests["etcd"]).flag("--listen-metrics-urls") or "")
    if url.scheme != "http" or url.hostname is None or url.port is None:
        return None
    try:
        answer = wire.get(hosts.first.dial(url.hostname, url.port), "/metrics", url.hostname)
    except (DialFailed, OSError, wire.WireError):
        return None
    return metrics.quantile(answer.body, "etcd_disk_wal_fsync_duration_seconds", 0.99)


def _config_map(hosts: Hosts, name: str) -> Mapping[str, str] | None:
    namespace, _, own = name.partition("/")
    answer = hosts.kubectl("-n", namespace, "get", "configmap", own, "--ignore-not-found", "-o", "json")
    return json.loads(answer).get("data") or {} if answer.strip() else None
