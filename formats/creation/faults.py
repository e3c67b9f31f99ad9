"""What a file of kubeadm's documents may not say: what the runbook sets itself, and what it does not support."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from formats.creation.cluster import API, CLUSTER, INIT, OTHERS, Document, documents

Path = tuple[str, ...]

_REFUSED: Final[Mapping[Path, str]] = {
    (CLUSTER, "kubernetesVersion"): "the runbook sets it: write `create.version` in nodes.yaml",
    (CLUSTER, "networking"): "the runbook sets it: write `create.pod_subnet`, `service_subnet` and `dns_domain`",
    (CLUSTER, "controlPlaneEndpoint"): "step 6 sets it, from nodes.yaml's `cluster.endpoint`: remove it",
    (CLUSTER, "certificatesDir"): "a cluster that is made here has kubeadm's own place for it: remove it",
    (CLUSTER, "etcd", "external"): "step 2 grows an etcd that kubeadm runs itself: remove it",
    (CLUSTER, "etcd", "local", "dataDir"): "a cluster that is made here has kubeadm's own place for it: remove it",
    (CLUSTER, "dns", "disabled"): "the gate of step 1 asks the cluster's DNS: remove it",
    (CLUSTER, "proxy", "disabled"): "step 7 moves kube-proxy: remove it",
}
_REFUSED_ARGUMENTS: Final[Mapping[Path, tuple[str, ...]]] = {
    ("apiServer", "extraArgs"): ("advertise-address", "etcd-servers", "secure-port"),
    ("etcd", "local", "extraArgs"): ("data-dir", "initial-cluster", "listen-peer-urls", "name"),
}
"""Those that would move what is looked for in kubeadm's own place, or say of one master what differs on each."""

_OF_INIT: Final = ("apiVersion", "kind", "nodeRegistration", "timeouts")
_OF_REGISTRATION: Final = (
    "criSocket",
    "ignorePreflightErrors",
    "imagePullPolicy",
    "imagePullSerial",
    "kubeletExtraArgs",
)
_OWN_KUBELET_ARGUMENTS: Final = ("node-ip", "hostname-override")


def faults(text: str) -> list[tuple[int, str]]:
    """What is wrong with a file of kubeadm's documents, each with its line, from 1."""
    try:
        roots = [root for root in yaml.compose_all(text, Loader=yaml.SafeLoader) if root is not None]
        given = documents(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [(mark.line + 1 if mark else 1, f"not readable as YAML: {getattr(error, 'problem', '') or 'malformed'}")]
    found: list[tuple[int, str]] = []
    seen: set[str] = set()
    for root, document in zip(roots, given, strict=True):
        line = root.start_mark.line + 1
        if not isinstance(document, Mapping) or not isinstance(document.get("kind"), str):
            found.append((line, "a document without a `kind`: write kubeadm's, such as ClusterConfiguration"))
            continue
        kind = document["kind"]
        if kind in seen:
            found.append((line, f"a second {kind}: keep one of the two"))
        seen.add(kind)
        found += [(_line(root, path), sentence) for path, sentence in _wrong(kind, document)]
    return sorted(found)


def _wrong(kind: str, document: Document) -> Iterator[tuple[Path, str]]:
    """What is wrong in one document: the path in it, and the sentence."""
    if kind == "JoinConfiguration":
        yield ("kind",), "write its nodeRegistration in an InitConfiguration: that goes for every node"
        return
    api = API if kind in (INIT, CLUSTER) else OTHERS.get(kind)
    if api is None:
        yield ("kind",), f"{kind} is nothing to kubeadm: write {', '.join((INIT, CLUSTER, *OTHERS))}"
        return
    if not str(document.get("apiVersion", "")).startswith(api):
        yield ("apiVersion",), f"write `apiVersion: {api}{'' if api == API else '…'}` for {kind}"
    for (where, *path), why in _REFUSED.items():
        if where == kind and _has(document, path):
            yield tuple(path), f"`{'.'.join(path)}` in {kind}: {why}"
    if kind == INIT:
        yield from _wrong_in_init(document)
    if kind == CLUSTER:
        for place, names in _REFUSED_ARGUMENTS.items():
            for one in _list(document, place):
                if isinstance(one, Mapping) and one.get("name") in names:
                    yield (
                        place,
                        f"`{one['name']}` in {'.'.join(place)} is the runbook's own, or each master's: remove it",
                    )


def _wrong_in_init(document: Document) -> Iterator[tuple[Path, str]]:
    for key in document:
        if key not in _OF_INIT:
            yield (key,), f"`{key}` in {INIT} is the runbook's own: remove it"
    registration = document.get("nodeRegistration") or {}
    if not isinstance(registration, Mapping):
        yield ("nodeRegistration",), "`nodeRegistration` is a map of kubeadm's fields"
        return
    for key in registration:
        if key not in _OF_REGISTRATION:
            yield (
                ("nodeRegistration", key),
                f"`nodeRegistration.{key}` differs from node to node, or is the runbook's own: remove it (known here:"
                f" {', '.join(_OF_REGISTRATION)})",
            )
    arguments = registration.get("kubeletExtraArgs") or []
    place = ("nodeRegistration", "kubeletExtraArgs")
    if not isinstance(arguments, list) or not all(isinstance(one, Mapping) and "name" in one for one in arguments):
        yield place, "`kubeletExtraArgs` is a list of `{name: …, value: …}`"
        return
    for one in arguments:
        if one["name"] in _OWN_KUBELET_ARGUMENTS:
            yield place, f"the kubelet's `{one['name']}` comes from nodes.yaml: remove it"


def _list(document: Any, path: Sequence[str]) -> list[Any]:
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document if isinstance(document, list) else []


def _has(document: Any, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(document, Mapping) or key not in document:
            return False
        document = document[key]
    return True


def _line(node: yaml.Node, path: Path) -> int:
    """The line of the key at `path`, or of the last one on the way to it."""
    line = node.start_mark.line + 1
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        for name, value in pairs:
            if name.value == key:
                line, node = name.start_mark.line + 1, value
                break
        else:
            return line
    return line
