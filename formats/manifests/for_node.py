"""A first master's manifest, rendered for another node as kubeadm join --control-plane would.

kubeadm renders from its ClusterConfiguration; a manifest may hold more than that (a patches folder, hand
edits), so the text that runs is the source here. Known places get the node's own values, everything else
stays byte for byte. Known are (kubeadm 1.37.2, phases/etcd/local.go and phases/controlplane/manifests.go)
two annotations, the probes' hosts, the flags in flags.py, and NO_PROXY: that one is of the environment in
which kubeadm runs, and where it excepts the first master's address it has to except the node's own. The
first master's address or name anywhere else is an error: neither copying nor changing it would be safe.
"""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from formats.manifests.flags import OWN_ADDRESS, is_same_everywhere
from formats.manifests.manifest import Argument, Manifest, ManifestError, at, parse
from formats.manifests.renaming import Renaming
from formats.manifests.strays import strays
from formats.proxies import EXCEPTIONS, with_exception
from formats.yamltext import Path, insert_after, load, replace

_ANNOTATIONS: Final = (
    "kubeadm.kubernetes.io/etcd.advertise-client-urls",
    "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint",
)


def for_node(
    text: str,
    *,
    component: str,
    name: str,
    address: str,
    first_address: str,
    first_names: Collection[str],
    initial_cluster: Mapping[str, str] | None = None,
) -> str:
    """The manifest for the node `name` at `address`.

    component: one of kubeadm.COMPONENTS. first_names: the first master's, as a Node and as a host.
    initial_cluster: member name → peer URL of every member, this one too, in the order of the member list; for etcd,
    and needed there (--initial-cluster-state becomes "existing"). Raises ManifestError.
    """
    manifest = parse(text)
    if manifest.name != component:
        raise ManifestError(f"this is the manifest of {manifest.name!r}, not of {component!r}")
    renaming = Renaming.between(first_names, first_address, name, address)
    values = dict(_own_addresses(manifest, renaming))
    if component == "etcd":
        values |= _member(manifest, name, initial_cluster or {})
    rendered = replace(text, values)
    expected = _with(manifest.document, values)
    if component == "etcd" and manifest.flag("--initial-cluster-state") is None:
        before = _only(manifest, "--initial-cluster").path
        rendered = insert_after(rendered, before, _JOINING)
        at(expected, before[:-1]).insert(int(before[-1]) + 1, _JOINING)
    if load(rendered) != expected:
        raise ManifestError(f"{component}: this YAML cannot be edited value by value; write it as kubeadm does")
    if found := list(strays(rendered, renaming)):
        raise ManifestError(
            f"{component}: the first master's manifest cannot be rendered for {name}: {'; '.join(found)}."
            " Take such values out of the manifest and of kubeadm's ClusterConfiguration (extraArgs,"
            " extraEnvs), or write them so that they hold on every master"
        )
    return rendered


def joining(text: str, name: str, initial_cluster: Mapping[str, str]) -> str:
    """etcd's manifest for its own node, where it joins these members. Raises ManifestError."""
    manifest = parse(text)
    rendered = replace(text, _member(manifest, name, initial_cluster))
    if manifest.flag("--initial-cluster-state") is None:
        rendered = insert_after(rendered, _only(manifest, "--initial-cluster").path, _JOINING)
    return rendered


_JOINING: Final = "--initial-cluster-state=existing"


def _own_addresses(manifest: Manifest, renaming: Renaming) -> Iterator[tuple[Path, str]]:
    """Path and new value of each known place that holds the first master's address."""
    for argument in manifest.arguments:
        if argument.name in OWN_ADDRESS[manifest.name] and not is_same_everywhere(argument):
            changed = renaming.of_addresses(argument.value)
            if changed != argument.value:
                yield argument.path, argument.lead + changed
    for key, value in (manifest.document["metadata"].get("annotations") or {}).items():
        if key in _ANNOTATIONS and (changed := renaming.of_addresses(str(value))) != value:
            yield ("metadata", "annotations", key), changed
    container = manifest.at(manifest.container)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        host = ((container.get(probe) or {}).get("httpGet") or {}).get("host")
        if host and (changed := renaming.of_addresses(str(host))) != host:
            yield (*manifest.container, probe, "httpGet", "host"), changed
    for index, variable in enumerate(container.get("env") or ()):
        if variable.get("name") in EXCEPTIONS and (value := str(variable.get("value") or "")):
            changed = with_exception(value, str(renaming.first), renaming.address)
            if changed != value:
                yield (*manifest.container, "env", index, "value"), changed


def _member(manifest: Manifest, name: str, initial_cluster: Mapping[str, str]) -> dict[Path, str]:
    """The values that make etcd join: its name, and all members with itself."""
    if name not in initial_cluster:
        raise ManifestError(f"etcd: the initial cluster ({', '.join(initial_cluster) or 'empty'}) lacks {name}")
    cluster = ",".join(f"{member}={url}" for member, url in initial_cluster.items())
    wanted = {"--name": name, "--initial-cluster": cluster}
    if manifest.flag("--initial-cluster-state") is not None:
        wanted["--initial-cluster-state"] = "existing"
    found = {flag: _only(manifest, flag) for flag in wanted}
    return {found[flag].path: found[flag].lead + value for flag, value in wanted.items()}


def _only(manifest: Manifest, flag: str) -> Argument:
    found = [argument for argument in manifest.arguments if argument.name == flag]
    if len(found) != 1:
        raise ManifestError(f"{manifest.name}: {flag} stands {len(found)} times in the manifest, not once")
    return found[0]


def _with(document: Mapping[str, Any], values: Mapping[Path, str]) -> dict[str, Any]:
    copy = deepcopy(dict(document))
    for path, value in values.items():
        at(copy, path[:-1])[path[-1]] = value
    return copy
