"""What nodes.yaml may say, as types. Rules that look at several places at once are in inventory_rules.

A validator's ValueError is one sentence: what is wrong, a colon, what to write instead. `examples` are what
the message for a missing or misshapen value proposes to write.
"""

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from formats import creation

# kubeadm.k8s.io/v1beta4 came with it.
_OLDEST_CREATED = 31

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_VERSION = re.compile(r"v1\.[0-9]+\.[0-9]+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Role(StrEnum):
    MASTER = "master"
    WORKER = "worker"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _port(value: object) -> int:
    try:
        port = int(str(value))
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise ValueError(f"`{value}` is no port: write a number from 1 to 65535")
    return port


def _address(value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        raise ValueError(
            f"`{value}` is no IP address: write the node's own (`kubectl get nodes -o wide` shows it)"
        ) from None
    if address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local:
        raise ValueError(f"`{value}` is not an address that other nodes can reach: write the node's own IP address")
    return str(address)


def _ssh_host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if _DNS_NAME.fullmatch(value.lower()) and not re.fullmatch(r"[0-9.]+", value):
            return value
    raise ValueError(
        f"`{value}` is neither an IP address nor a host name: write one of the two alone (user and port stand under "
        "the file's `ssh:`)"
    )


def _node_name(value: str) -> str:
    if len(value) > 253 or not _DNS_NAME.fullmatch(value):
        raise ValueError(
            f"`{value}` is no node name: write the name as `kubectl get nodes` shows it (lower-case letters, digits, "
            "dashes and dots)"
        )
    return value


def _uid(value: str) -> str:
    if not _UUID.fullmatch(value.lower()):
        raise ValueError(
            f"`{value}` is no uid: write what `kubectl get namespace kube-system -o jsonpath={{.metadata.uid}}` prints"
        )
    return value.lower()


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError(f"`{value}` is no version of Kubernetes: write what `kubeadm version -o short` prints there")
    if int(value.split(".")[1]) < _OLDEST_CREATED:
        raise ValueError(
            f"`{value}` is too old: kubeadm reads the configuration that is written here from v1.{_OLDEST_CREATED} on: "
            "create the cluster by hand, then take it on"
        )
    return value


def _range(value: str) -> str:
    try:
        found = ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"`{value}` is no range ({error}): write one such as 10.244.0.0/16") from None
    if found.version != 4:
        raise ValueError(f"`{value}` is a range of IPv6, which is not supported: write one such as 10.244.0.0/16")
    if found.num_addresses == 1:
        raise ValueError(f"`{value}` is a single address: write a range such as 10.244.0.0/16")
    return str(found)


def _domain(value: str) -> str:
    if not _DNS_NAME.fullmatch(value):
        raise ValueError(f"`{value}` is no DNS name in lower case: write one such as cluster.local")
    return value


def _pinned_image(value: str) -> str:
    # a colon before the last slash is a registry's port
    if "@" not in value and ":" not in value.rpartition("/")[2]:
        raise ValueError(
            f"`{value}` has neither a tag nor a digest: write one behind it, such as registry.k8s.io/etcd:3.7.3-0"
        )
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Word = Annotated[Text, StringConstraints(pattern=r"^\S+$")]
Port = Annotated[int, BeforeValidator(_port)]
Address = Annotated[str, AfterValidator(_address)]
SshHost = Annotated[str, AfterValidator(_ssh_host)]
NodeName = Annotated[str, AfterValidator(_node_name)]
Etcd = Literal["grow", "mirror"]


class Endpoint(_Part):
    """The name and port that every client will use."""

    host: str
    port: Port

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return _endpoint(value) if isinstance(value, str) else value

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _endpoint(text: str) -> dict[str, object]:
    host, colon, port = text.rpartition(":")
    if "/" in text:
        raise ValueError(f"`{text}` is a URL: write the name and the port alone, such as api.lab:8443")
    if not colon or "]" in port:
        raise ValueError(f"`{text}` has no port: write a name and a port, such as api.lab:8443")
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        raise ValueError(
            f"`{text}` is an address: write a name of the cluster's own and a port, such as api.lab:8443 (the nodes' "
            "hosts files will hold it)"
        )
    if not _DNS_NAME.fullmatch(host):
        raise ValueError(f"`{host}` is no DNS name in lower case: write a name and a port, such as api.lab:8443")
    if host == "localhost" or host == "kubernetes" or host.startswith("kubernetes.default"):
        raise ValueError(
            f"`{host}` means something else inside pods: write a name of its own and a port, such as api.lab:8443"
        )
    return {"host": host, "port": _port(port)}


class Cluster(_Part):
    """`uid` is that of namespace kube-system; it pins the cluster that this file is about.

    `etcd` is the road that step 2 takes. `etcd_image` is what a new etcd cluster runs where that is not to be the
    first master's own.
    """

    endpoint: Endpoint = Field(examples=["api.lab:8443"])
    etcd: Etcd = Field(default="grow", examples=["grow"])
    etcd_image: Annotated[Word, AfterValidator(_pinned_image)] | None = Field(
        default=None, examples=["registry.k8s.io/etcd:3.7.3-0"]
    )
    uid: Annotated[str, AfterValidator(_uid)] | None = None


class Jump(_Part):
    """A host through which all others are reached. Without `user`, it is the nodes'."""

    host: SshHost
    port: Port = 22
    user: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return _jump(value) if isinstance(value, str) else value

    def before(self, user: str) -> str:
        """What stands before a command that is to run there; `user` is the nodes'."""
        at_port = "" if self.port == 22 else f"-p {self.port} "
        return f"ssh {at_port}{self.user or user}@{self.host} "


def _jump(text: str) -> dict[str, object]:
    shape = re.fullmatch(r"(?:([^@:/\s]+)@)?(\[[^\]\s]+\]|[^@:\s]+)(?::([0-9]+))?", text)
    if shape is None:
        raise ValueError(f"`{text}` is no jump host: write user@host:port, such as ops@jump.example.org:22")
    user, host, port = shape.groups()
    return {"user": user, "host": _ssh_host(host.strip("[]")), "port": _port(port or 22)}


class Ssh(_Part):
    """How to log in. Without `key`, the agent's keys and those of ~/.ssh are tried."""

    user: Text = Field(default="root", examples=["root"])
    key: Path | None = Field(default=None, examples=["~/.ssh/id_ed25519"])
    known_hosts: Path = Field(examples=["known_hosts"])
    sudo: bool = Field(default=False, examples=["false"])
    port: Port = Field(default=22, examples=["22"])
    jump: Jump | None = Field(default=None, examples=["ops@jump.example.org:22"])


class NodeEntry(_Part):
    """`ssh` is the host that SSH goes to where it is not `address`."""

    address: Address = Field(examples=["10.27.53.32"])
    role: Role = Field(examples=["master"])
    ssh: SshHost | None = Field(default=None, examples=["10.27.53.32"])


class Node(NodeEntry):
    """A node of the inventory, under its Kubernetes name."""

    name: str

    @property
    def ssh_host(self) -> str:
        return self.ssh or self.address


class LoadBalancer(_Part):
    nodes: tuple[str, ...] = Field(min_length=1, examples=["[emei]"])


class Workload(_Part):
    """The web server that the trials start."""

    image: Word = Field(examples=["registry.lab/web:1"])


class ChangeTicket(_Part):
    ticket: Text | None = Field(default=None, examples=["CHG0042"])


class Create(_Part):
    """The cluster that step 1 makes where the nodes carry none.

    `pod_network` is a manifest; `configuration` is a file with more of kubeadm's documents.
    """

    version: Annotated[str, AfterValidator(_version)] = Field(examples=["v1.37.2"])
    pod_subnet: Annotated[str, AfterValidator(_range)] = Field(examples=["10.244.0.0/16"])
    service_subnet: Annotated[str, AfterValidator(_range)] = Field(default="10.96.0.0/12", examples=["10.96.0.0/12"])
    dns_domain: Annotated[str, AfterValidator(_domain)] = Field(default="cluster.local", examples=["cluster.local"])
    pod_network: Path = Field(examples=["pod-network.yaml"])
    configuration: Path | None = Field(default=None, examples=["kubeadm.yaml"])


class Creation(_Part):
    """The same, with what its files hold: `pod_network` is the manifest's text."""

    cluster: creation.Cluster
    pod_network: str


class InventoryFile(_Part):
    """The whole file."""

    cluster: Cluster = Field(examples=['{endpoint: "api.lab:8443"}'])
    ssh: Ssh = Field(examples=["{known_hosts: known_hosts}"])
    nodes: Mapping[NodeName, NodeEntry] = Field(
        min_length=1, examples=["{shaolin: {address: 10.27.53.32, role: master}}"]
    )
    load_balancer: LoadBalancer = Field(examples=["{nodes: [emei]}"])
    workload: Workload = Field(examples=["{image: registry.lab/web:1}"])
    create: Create | None = Field(default=None, examples=["{version: v1.37.2, pod_subnet: 10.244.0.0/16, …}"])
    change: ChangeTicket = Field(default=ChangeTicket(), examples=["{ticket: CHG0042}"])
    accept: Mapping[str, str] = Field(default={}, examples=["{single-balancer: why}"])
