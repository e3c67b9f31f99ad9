"""What stands in a manifest that kubeadm would not write from its own configuration: hand edits, patches, old versions.

kubeadm's flags, volumes and requests are those of 1.24 to 1.37 (phases/controlplane, phases/etcd/local.go).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formats.kubernetes.configuration import ClusterConfiguration
from formats.manifests.manifest import Manifest

_SECURED: Final = "authentication-kubeconfig authorization-kubeconfig bind-address kubeconfig leader-elect port"
_FLAGS: Final[Mapping[str, str]] = {
    "etcd": "advertise-client-urls cert-file client-cert-auth data-dir experimental-initial-corrupt-check"
    " experimental-watch-progress-notify-interval feature-gates initial-advertise-peer-urls initial-cluster"
    " initial-cluster-state key-file listen-client-urls listen-metrics-urls listen-peer-urls name peer-cert-file"
    " peer-client-cert-auth peer-key-file peer-trusted-ca-file snapshot-count trusted-ca-file"
    " watch-progress-notify-interval",
    "kube-apiserver": "advertise-address allow-privileged authorization-mode client-ca-file enable-admission-plugins"
    " enable-bootstrap-token-auth etcd-cafile etcd-certfile etcd-keyfile etcd-servers insecure-port"
    " kubelet-client-certificate kubelet-client-key kubelet-preferred-address-types proxy-client-cert-file"
    " proxy-client-key-file requestheader-allowed-names requestheader-client-ca-file requestheader-extra-headers-prefix"
    " requestheader-group-headers requestheader-username-headers secure-port service-account-issuer"
    " service-account-key-file service-account-signing-key-file service-cluster-ip-range tls-cert-file"
    " tls-private-key-file",
    "kube-controller-manager": f"{_SECURED} allocate-node-cidrs client-ca-file cluster-cidr cluster-name"
    " cluster-signing-cert-file cluster-signing-key-file controllers node-cidr-mask-size requestheader-client-ca-file"
    " root-ca-file service-account-private-key-file service-cluster-ip-range use-service-account-credentials",
    "kube-scheduler": _SECURED,
}
_VOLUMES: Final = frozenset(
    (
        "ca-certs",
        "etc-ca-certificates",
        "etc-pki",
        "etc-pki-ca-trust",
        "etc-pki-tls-certs",
        "etcd-certs",
        "etcd-data",
        "flexvolume-dir",
        "k8s-certs",
        "kubeconfig",
        "usr-local-share-ca-certificates",
        "usr-share-ca-certificates",
    )
)
_REQUESTS: Final[Mapping[str, Mapping[str, str]]] = {
    "etcd": {"cpu": "100m", "memory": "100Mi"},
    "kube-apiserver": {"cpu": "250m"},
    "kube-controller-manager": {"cpu": "200m"},
    "kube-scheduler": {"cpu": "100m"},
}
_SPEC: Final = ("containers", "hostNetwork", "priority", "priorityClassName", "securityContext", "volumes")


def beyond(manifest: Manifest, configuration: ClusterConfiguration) -> tuple[str, ...]:
    """What of it, in words and without values: "--profiling", "the volume x", "resources"; () where nothing is.

    A flag or volume of kubeadm-config that the manifest has otherwise, or not at all, is among them.
    """
    extra = configuration.extras.get(manifest.name)
    arguments = extra.arguments if extra else ()
    own = {f"--{name}" for name in _FLAGS.get(manifest.name, "").split()}
    given = {f"--{name}" for name, _ in arguments}
    found = [flag for flag in manifest.flags if flag not in own | given]
    found += [f"--{name}" for name, value in arguments if value not in manifest.flags.get(f"--{name}", ())]
    found += _named("volume", {volume.name for volume in manifest.host_paths}, extra.volumes if extra else ())
    found += _named("variable", set(manifest.variables), extra.variables if extra else ())
    return tuple(dict.fromkeys([*found, *_fields(manifest)]))


def _named(what: str, there: set[str], given: tuple[str, ...]) -> Iterator[str]:
    usual = _VOLUMES if what == "volume" else {name for name in there if name.lower().endswith("_proxy")}
    yield from (
        f"the {what} {name}" for name in sorted(there - usual - set(given)) if not name.startswith("etcd-certs-")
    )
    yield from (f"the {what} {name}" for name in given if name not in there)


def _fields(manifest: Manifest) -> Iterator[str]:
    spec: Mapping[str, Any] = manifest.document["spec"]
    container = manifest.at(manifest.container)
    if container.get("resources", {}) != {"requests": _REQUESTS.get(manifest.name)}:
        yield "resources"
    yield from (f"the container {one['name']}" for one in spec["containers"] if one["name"] != manifest.name)
    yield from (f"spec.{field}" for field in spec if field not in _SPEC)
    for key in manifest.document["metadata"].get("annotations") or {}:
        if not str(key).startswith("kubeadm.kubernetes.io/"):
            yield f"the annotation {key}"
