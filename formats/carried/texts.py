"""What the configuration files of a control plane name: fields of Kubernetes 1.37.2's own types.

From k8s.io/apiserver (pkg/apis/apiserver, pkg/admission/plugin/*/config/apis), plugin/pkg/admission/imagepolicy
of k8s.io/kubernetes, k8s.io/client-go (tools/clientcmd/api/v1), k8s.io/kube-scheduler (config/v1). The other files
that flags name (audit policy, authentication, tracing, event rate limits, bundles, keys) name no file.
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

from formats.carried.kinds import Kind, Naming
from formats.yamltext import load

# "*" is every item of a list. A plug-in's configuration may stand in the AdmissionConfiguration itself.
_PLUGIN: Final = (
    ("kubeConfigFile", Kind.KUBECONFIG),
    ("imagePolicy.kubeConfigFile", Kind.KUBECONFIG),
    ("staticManifestsDir", Kind.FOLDER),
)
_FIELDS: Final[Mapping[Kind, tuple[tuple[str, Kind], ...]]] = {
    Kind.ADMISSION: (
        ("plugins.*.path", Kind.ADMISSION_PLUGIN),
        *((f"plugins.*.configuration.{field}", kind) for field, kind in _PLUGIN),
    ),
    Kind.ADMISSION_PLUGIN: _PLUGIN,
    Kind.AUTHORIZATION: (("authorizers.*.webhook.connectionInfo.kubeConfigFile", Kind.KUBECONFIG),),
    Kind.EGRESS: (
        ("egressSelections.*.connection.transport.tcp.url", Kind.SERVER),
        ("egressSelections.*.connection.transport.tcp.tlsConfig.caBundle", Kind.FILE),
        ("egressSelections.*.connection.transport.tcp.tlsConfig.clientCert", Kind.FILE),
        ("egressSelections.*.connection.transport.tcp.tlsConfig.clientKey", Kind.FILE),
        ("egressSelections.*.connection.transport.uds.udsName", Kind.SOCKET),
    ),
    Kind.ENCRYPTION: (("resources.*.providers.*.kms.endpoint", Kind.SOCKET),),
    Kind.KUBECONFIG: (
        ("clusters.*.cluster.server", Kind.SERVER),
        ("clusters.*.cluster.certificate-authority", Kind.FILE),
        ("users.*.user.client-certificate", Kind.FILE),
        ("users.*.user.client-key", Kind.FILE),
        ("users.*.user.tokenFile", Kind.FILE),
        ("users.*.user.exec.command", Kind.FILE),
    ),
    Kind.SCHEDULER: (
        ("clientConnection.kubeconfig", Kind.OWN),
        ("extenders.*.urlPrefix", Kind.SERVER),
        ("extenders.*.tlsConfig.caFile", Kind.FILE),
        ("extenders.*.tlsConfig.certFile", Kind.FILE),
        ("extenders.*.tlsConfig.keyFile", Kind.FILE),
    ),
}

# Where a path without a leading slash counts from the folder of the file that names it.
_RELATIVE: Final = (Kind.ADMISSION, Kind.KUBECONFIG)


def inside(text: str, kind: Kind, folder: str) -> tuple[Naming, ...]:
    """What a file's text names, in no particular order; `folder` is the file's own, as the process sees it.

    Raises YamlError, which never repeats the text: it may hold keys. What is not of the shape that Kubernetes
    gives it names nothing: the process that runs with it has read it.
    """
    document = load(text)
    return tuple(
        Naming(_absolute(value, found, kind, folder), found)
        for way, found in _FIELDS.get(kind, ())
        for value in _at(document, way.split("."))
        if not way.endswith("exec.command") or "/" in value  # without one, it is looked for on the PATH
    )


def _absolute(value: str, found: Kind, kind: Kind, folder: str) -> str:
    if found is Kind.SOCKET:
        value = value.removeprefix("unix://")
    if found is Kind.SERVER or kind not in _RELATIVE:
        return value
    return posixpath.normpath(posixpath.join(folder, value))


def _at(node: object, way: list[str]) -> Iterator[str]:
    if not way:
        if isinstance(node, str) and node:
            yield node
    elif way[0] == "*":
        for item in node if isinstance(node, list) else ():
            yield from _at(item, way[1:])
    elif isinstance(node, Mapping):
        yield from _at(node.get(way[0]), way[1:])
