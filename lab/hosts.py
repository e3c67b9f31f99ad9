"""Which hosts the lab makes: the nodes of nodes.yaml, of which it asks no more than it needs."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.refusals import Refusal

NAME = re.compile(r"[a-z]([a-z0-9-]{0,9}[a-z0-9])?")  # also part of an interface name, which has 15 characters at most


@dataclass(frozen=True)
class Host:
    """`node` is the name of its Node in the cluster."""

    name: str
    address: str
    role: str
    node: str


@dataclass(frozen=True)
class Hosts:
    """The hosts in the file's order; the first master is the one that kubeadm init runs on.

    `user` logs in: root, or one with sudo.
    """

    path: Path
    all: tuple[Host, ...]
    key: Path
    known_hosts: Path
    user: str = "root"

    @property
    def first_master(self) -> Host:
        return next(host for host in self.all if host.role == "master")

    @property
    def joining(self) -> tuple[Host, ...]:
        return tuple(host for host in self.all if host != self.first_master)

    @property
    def admin_conf(self) -> Path:
        return self.key.parent / "admin.conf"

    @property
    def nodes_file(self) -> Path:
        """The runbook's nodes.yaml where the cluster is a variant; none where `path` says all."""
        return self.key.parent / "nodes.yaml"

    def named(self, name: str) -> Host:
        for host in self.all:
            if host.name == name:
                return host
        raise Refusal(f"no host {name!r} in {self.path}: it has {', '.join(host.name for host in self.all)}")


def load(path: Path) -> Hosts:
    """Read nodes.yaml; raises Refusal for what the lab cannot make hosts of."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise Refusal(f"the lab reads its hosts from {path}, which it could not: {error}") from error
    try:
        hosts = tuple(_host(name, node) for name, node in document["nodes"].items())
        key, known_hosts = (path.parent / Path(document["ssh"][word]) for word in ("key", "known_hosts"))
    except (KeyError, TypeError, AttributeError) as error:
        wanted = "nodes: {NAME: {address: …, role: …}} and ssh: {key: …, known_hosts: …}"
        raise Refusal(f"the lab needs {wanted} in {path}: {error!r}") from error
    if len({host.address for host in hosts}) < len(hosts):
        raise Refusal(f"two nodes of {path} have the same address: give each host its own")
    if not any(host.role == "master" for host in hosts):
        raise Refusal(f"no node of {path} has the role master: kubeadm init needs one to run on")
    return Hosts(path, hosts, key, known_hosts)


def _host(name: Any, node: Any) -> Host:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refusal(f"the lab cannot name a host {name!r}: a-z, 0-9 and -, at most 11 characters, a letter first")
    if node["role"] not in ("master", "worker"):
        raise Refusal(f"{name}: the role is master or worker, not {node['role']!r}")
    try:
        address = str(ipaddress.IPv4Address(node["address"]))
    except ValueError as error:
        raise Refusal(f"{name}: the lab's hosts have IPv4 addresses: {error}") from error
    return Host(name, address, node["role"], node=name)
