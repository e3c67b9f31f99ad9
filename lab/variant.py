"""A cluster that differs from the usual one: lab/variants/NAME.yaml, which says the difference alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lab import identity
from lab.components import OTHERS
from lab.hosts import Host, Hosts
from lab.places import VARIANTS
from lab.refusals import Refusal

KINDS = {"InitConfiguration", "JoinConfiguration", "ClusterConfiguration", "KubeletConfiguration"}
REMOVABLE = {"etcdctl", "etcdutl", "kubectl"}  # containerd and kubeadm's own would leave no host to join


class Variant(BaseModel):
    """What differs. The hosts keep their names, addresses and roles.

    components    names of lab/components, in the place of the usual ones; with `registry` no image is preloaded
    kubeadm       kind -> fields, merged into lab/files/kubeadm-*.yaml; what is a list there gets longer
    files         path on the first master -> content, there before kubeadm runs; `$secret` is 32 random bytes
    without       program -> the hosts that do not have it: everywhere, joining (all but the first master)
    node_names    host -> the name of its Node
    login         operator: a user with sudo, and no way in as root
    config_maps   how many there are, of one KiB each
    objects       the cluster's from the beginning, as manifests
    nodes_file    nodes.yaml's fields that differ
    rehearsal     for who rehearses on it; the lab does not look
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(exclude=True)
    about: str
    components: tuple[str, ...] = ()
    kubeadm: Mapping[str, Mapping[str, Any]] = {}
    files: Mapping[str, str] = {}
    without: Mapping[str, Literal["everywhere", "joining"]] = {}
    node_names: Mapping[str, str] = {}
    login: Literal["root", "operator"] = "root"
    config_maps: int = 0
    objects: tuple[Mapping[str, Any], ...] = ()
    nodes_file: Mapping[str, Any] = {}
    rehearsal: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _nothing_is_said_in_vain(self) -> "Variant":
        """A misspelt name would make the usual cluster, and everything shown on it would be shown on that."""
        for said, known in (
            (self.components, {each.name for each in OTHERS}),
            (self.kubeadm, KINDS),
            (self.without, REMOVABLE),
        ):
            if unknown := set(said) - known:
                raise ValueError(f"{', '.join(sorted(unknown))}: not one of {', '.join(sorted(known))}")
        return self

    def seen_in(self, hosts: Hosts) -> Hosts:
        """The hosts with this variant's names for their Nodes and its way in; raises Refusal for a host unknown."""
        for name in self.node_names:
            hosts.named(name)
        renamed = tuple(replace(host, node=self.node_names.get(host.name, host.name)) for host in hosts.all)
        return replace(hosts, all=renamed, user=self.login)

    def missing_on(self, host: Host, hosts: Hosts) -> list[str]:
        """The programs that this host does not have."""
        return [name for name, where in self.without.items() if where == "everywhere" or host in hosts.joining]

    def configured(self, text: str) -> str:
        """kubeadm's configuration file, with what differs."""
        if not self.kubeadm:
            return text
        documents = [merged(each, self.kubeadm.get(each["kind"], {})) for each in yaml.safe_load_all(text)]
        return yaml.safe_dump_all(documents, sort_keys=False)

    def inventory(self, hosts: Hosts) -> dict[str, Any]:
        """nodes.yaml's content for the runbook, to stand in the folder of the key."""
        document: dict[str, Any] = yaml.safe_load(hosts.path.read_text())
        names = {host.name: host.node for host in hosts.all}
        document["nodes"] = {names[name]: entry for name, entry in document["nodes"].items()}
        document["load_balancer"]["nodes"] = [names[name] for name in document["load_balancer"]["nodes"]]
        document["ssh"] |= {"key": hosts.key.name, "known_hosts": hosts.known_hosts.name}
        if self.login != "root":
            document["ssh"] |= {"user": self.login, "sudo": True}
        whole: dict[str, Any] = merged(document, self.nodes_file)
        return whole


USUAL = Variant(name="", about="the usual cluster")


def names() -> list[str]:
    return sorted(path.stem for path in VARIANTS.glob("*.yaml"))


def load(name: str) -> Variant:
    """The variant of that name, the usual cluster for none; raises Refusal for one that is unknown or not as it is."""
    if not name:
        return USUAL
    path = VARIANTS / f"{name}.yaml"
    if not path.exists():
        raise Refusal(f"there is no variant {name!r}: there are {', '.join(names())}")
    try:
        return Variant(name=name, **yaml.safe_load(path.read_text()))
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise Refusal(f"{path} is not a variant: {error}") from error


def write_nodes_file(variant: Variant, hosts: Hosts) -> None:
    """Write the runbook's nodes.yaml beside the key; take an earlier variant's away where nodes.yaml itself serves."""
    hosts.nodes_file.unlink(missing_ok=True)
    if variant != USUAL:
        heading = f"# Written by the lab for its variant {variant.name}: {variant.about}\n"
        hosts.nodes_file.write_text(heading + yaml.safe_dump(variant.inventory(hosts), sort_keys=False))
        identity.give_to_user(hosts.nodes_file)


def merged(base: Any, more: Any) -> Any:
    """`base` with `more`: mappings field by field, lists one behind the other, anything else in its place."""
    if isinstance(base, dict) and isinstance(more, Mapping):
        return base | {key: merged(base[key], value) if key in base else value for key, value in more.items()}
    if isinstance(base, list) and isinstance(more, list):
        return base + more
    return more
