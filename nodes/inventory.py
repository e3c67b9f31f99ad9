"""nodes.yaml: which machines there are, how to reach them, and what its owner has agreed to.

Read whole before any connection is made; every mistake is one line, `nodes.yaml:12: what is wrong: what to
write`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from formats import creation
from nodes import inventory_mistakes, inventory_rules, yaml_lines
from nodes.inventory_models import (
    ChangeTicket,
    Cluster,
    Create,
    Creation,
    Endpoint,
    InventoryFile,
    LoadBalancer,
    Node,
    Role,
    Ssh,
    Workload,
)

__all__ = [
    "ChangeTicket",
    "Cluster",
    "Creation",
    "Endpoint",
    "Inventory",
    "InventoryError",
    "LoadBalancer",
    "Node",
    "Role",
    "Ssh",
    "Workload",
    "load",
]


class InventoryError(Exception):
    """str() has a line for each mistake: `nodes.yaml:12: what is wrong: what to write instead`."""


class Inventory(BaseModel):
    """One file's content. `digest` is the sha256 (hex) of its bytes; `nodes` are in the file's order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    digest: str
    cluster: Cluster
    ssh: Ssh
    nodes: Mapping[str, Node]
    load_balancer: LoadBalancer
    workload: Workload
    create: Creation | None = None
    change: ChangeTicket = ChangeTicket()
    accept: Mapping[str, str] = {}

    @property
    def masters(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.role is Role.MASTER)

    @property
    def workers(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.role is Role.WORKER)

    @property
    def balancers(self) -> tuple[Node, ...]:
        return tuple(self.nodes[name] for name in self.load_balancer.nodes)

    def other_than(self, name: str) -> Node:
        """A node that `name` can be looked at from; the same one each time."""
        return next(node for node in self.nodes.values() if node.name != name)


def load(path: Path) -> Inventory:
    """Read and check the file; all its mistakes are in one InventoryError."""
    data = _bytes(path)
    try:
        document = yaml_lines.read(data)
    except yaml_lines.NotYamlError as error:
        raise _error(path, [error.mistake]) from None
    if document.value is None:
        raise InventoryError(f"{path}: the file is empty: copy the nodes.yaml of this repository and edit it")
    # A relative path in the file counts from the file, wherever the run was started.
    folder = path.absolute().parent
    mistakes = [*document.mistakes, *inventory_rules.mistakes(document, folder)]
    try:
        content = InventoryFile.model_validate(document.value)
    except ValidationError as error:
        raise _error(path, [*mistakes, *inventory_mistakes.sentences(error, document)]) from None
    if mistakes:
        raise _error(path, mistakes)
    return Inventory(
        path=path,
        digest=hashlib.sha256(data).hexdigest(),
        cluster=content.cluster,
        ssh=content.ssh.model_copy(
            update={
                "key": content.ssh.key and inventory_rules.resolved(content.ssh.key, folder),
                "known_hosts": inventory_rules.resolved(content.ssh.known_hosts, folder),
            }
        ),
        nodes={name: Node(name=name, **dict(entry)) for name, entry in content.nodes.items()},
        load_balancer=content.load_balancer,
        workload=content.workload,
        create=_creation(content.create, folder) if content.create else None,
        change=content.change,
        accept=content.accept,
    )


def _creation(written: Create, folder: Path) -> Creation:
    """With its files, which inventory_rules has read before and found nothing wrong with."""
    cluster = creation.Cluster(
        version=written.version,
        pod_subnet=written.pod_subnet,
        service_subnet=written.service_subnet,
        dns_domain=written.dns_domain,
        documents=creation.documents(inventory_rules.resolved(written.configuration, folder).read_text("utf-8"))
        if written.configuration
        else (),
    )
    return Creation(
        cluster=cluster, pod_network=inventory_rules.resolved(written.pod_network, folder).read_text("utf-8")
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InventoryError(
            f"{path}: there is no such file: copy the nodes.yaml of this repository and edit the copy"
        ) from None
    except IsADirectoryError:
        raise InventoryError(f"{path}: this is a folder: name the file in it, such as {path / 'nodes.yaml'}") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InventoryError(f"{path}: the file cannot be read ({reason}): make it readable to you") from None


def _error(path: Path, mistakes: list[yaml_lines.Mistake]) -> InventoryError:
    return InventoryError("\n".join(f"{path}:{mistake.line}: {mistake.text}" for mistake in sorted(set(mistakes))))
