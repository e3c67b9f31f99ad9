"""What nodes.yaml must hold beyond the shape of its parts: what looks at several places, or at the disk.

The rules look at what was written and not at the models, so that all mistakes of a file are told at once,
also while a part of it is misshapen; each looks only at what has the right shape.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path

from formats import creation
from nodes import known_hosts, private_key
from nodes.consents import CONSENTS
from nodes.inventory_mistakes import nearest
from nodes.inventory_models import Create
from nodes.yaml_lines import Document, Mistake, Place


def mistakes(document: Document, folder: Path) -> Iterator[Mistake]:
    """Every broken rule; relative paths in the file count from `folder`."""
    for rule in (_addresses, _masters, _endpoint, _etcd_image, _balancers, _consents, _ranges):
        for place, text in rule(document.value):
            yield Mistake(document.line(place), text)
    for place, text in _files(document.value, folder):
        yield Mistake(document.line(place), text)


def resolved(written: str | Path, folder: Path) -> Path:
    """The path that a path in the file means."""
    return folder / Path(written).expanduser()


Broken = Iterator[tuple[Place, str]]


def _part(value: object, *keys: str) -> Mapping[str, object]:
    """The map at `keys`; empty where something else stands there."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _nodes(value: object) -> dict[str, Mapping[str, object]]:
    return {name: _part(value, "nodes", name) for name in _part(value, "nodes")}


def _addresses(value: object) -> Broken:
    owners: dict[str, str] = {}
    ssh_owners: dict[str, str] = {}
    for name, node in _nodes(value).items():
        address, ssh = node.get("address"), node.get("ssh")
        if isinstance(address, str) and owners.setdefault(address, name) != name:
            text = f"{name} has {owners[address]}'s address {address}: write {name}'s own"
            yield ("nodes", name, "address"), text
            continue
        target = ssh or address
        if isinstance(target, str) and ssh_owners.setdefault(target, name) != name:
            text = f"{name} is reached by SSH at {target}, and so is {ssh_owners[target]}: write {name}'s own"
            yield ("nodes", name, "ssh" if ssh else "address"), text


def _masters(value: object) -> Broken:
    roles = {name: node.get("role") for name, node in _nodes(value).items()}
    if not roles or not set(roles.values()) <= {"master", "worker"}:
        return  # nobody knows how many masters are meant
    masters = [name for name, role in roles.items() if role == "master"]
    wanted = "write `role: master` for three, five or seven nodes"
    if not masters:
        yield ("nodes",), f"no node is a master: {wanted}"
    elif len(masters) % 2 == 0:
        yield (
            ("nodes",),
            f"{_counted(masters)}, an even number, survive no more losses than one less: {wanted}",
        )
    elif len(masters) not in (3, 5, 7):
        yield ("nodes",), f"{_counted(masters)}: {wanted}"


def _counted(masters: list[str]) -> str:
    return f"{len(masters)} master{'s' if len(masters) > 1 else ''} ({', '.join(masters)})"


def _endpoint(value: object) -> Broken:
    endpoint = _part(value, "cluster").get("endpoint")
    name = endpoint.rpartition(":")[0] if isinstance(endpoint, str) else ""
    if name in _nodes(value):
        taken = f"`{name}` is a node's name, which has an address of its own"
        yield ("cluster", "endpoint"), f"{taken}: write another name, such as api.lab:8443"


def _etcd_image(value: object) -> Broken:
    cluster = _part(value, "cluster")
    if cluster.get("etcd_image") and cluster.get("etcd", "grow") == "grow":
        text = "members that join run the first master's image, and no other: remove `etcd_image`"
        yield ("cluster", "etcd_image"), f"{text}, or write `etcd: mirror`"


def _balancer_names(value: object) -> list[object]:
    names = _part(value, "load_balancer").get("nodes")
    return names if isinstance(names, list) else []


def _balancers(value: object) -> Broken:
    names, nodes = _balancer_names(value), _nodes(value)
    if len(names) > 1:
        text = f"{len(names)} balancers need a virtual address, which is not supported yet: name one of them"
        yield ("load_balancer", "nodes"), text
    for number, name in enumerate(names):
        place: Place = ("load_balancer", "nodes", number)
        if name in names[:number]:
            yield place, f"balancer {name} is named twice: name it once"
        elif nodes and isinstance(name, str) and name not in nodes:
            yield place, f"balancer {name} is not among the nodes: {nearest(name, nodes)}"


def _consents(value: object) -> Broken:
    given = _part(value, "accept")
    for name, reason in given.items():
        place: Place = ("accept", name)
        if name not in CONSENTS:
            yield place, f"unknown consent `{name}`: {nearest(name, CONSENTS)}, or remove it"
        elif reason is None or (isinstance(reason, str) and not reason.strip()):
            yield place, f"the consent `{name}` has no reason: write why you accept {CONSENTS[name].accepts}"


def _ranges(value: object) -> Broken:
    """Pods and services apart from each other; hosts' routes and addresses are looked at on the hosts."""
    create = _part(value, "create")
    pods, services = (
        create.get("pod_subnet"),
        create.get("service_subnet", Create.model_fields["service_subnet"].default),
    )
    if not (isinstance(pods, str) and isinstance(services, str)):
        return
    try:
        ours, theirs = IPv4Network(pods), IPv4Network(services)
    except ValueError:
        return  # the models tell
    if ours.overlaps(theirs):
        yield ("create", "pod_subnet"), f"pod_subnet {ours} overlaps service_subnet {theirs}: write ranges apart"


def _creation_files(value: object, folder: Path) -> Broken:
    create = _part(value, "create")
    manifest, more = create.get("pod_network"), create.get("configuration")
    if isinstance(manifest, str):
        try:
            creation.objects(resolved(manifest, folder).read_text("utf-8"))
        except (OSError, ValueError) as error:
            yield ("create", "pod_network"), f"{manifest}: {_why(error)}: name the manifest of the pod network"
    if isinstance(more, str):
        try:
            text = resolved(more, folder).read_text("utf-8")
        except (OSError, ValueError) as error:
            yield ("create", "configuration"), f"{more}: {_why(error)}: name a file of kubeadm's documents"
            return
        for line, sentence in creation.faults(text):
            yield ("create", "configuration"), f"{more}, line {line}: {sentence}"


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _files(value: object, folder: Path) -> Broken:
    yield from _creation_files(value, folder)
    ssh = _part(value, "ssh")
    key, hosts = ssh.get("key"), ssh.get("known_hosts")
    if isinstance(key, str):
        try:
            private_key.read(resolved(key, folder))
        except private_key.UnreadableKeyError as error:
            yield ("ssh", "key"), str(error)
    if isinstance(hosts, str):
        try:
            known_hosts.read(resolved(hosts, folder))
        except known_hosts.UnreadableKnownHostsError as error:
            yield ("ssh", "known_hosts"), str(error)
