"""kubeadm's ClusterConfiguration, as the ConfigMap kube-system/kubeadm-config holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import yaml

from formats import yamltext
from formats.duration import duration
from formats.kubernetes.objects import KubernetesOutputError, one


@dataclass(frozen=True)
class Extras:
    """What a component gets beyond kubeadm's own: flags without dashes, each value; names of volumes and variables."""

    arguments: tuple[tuple[str, str], ...] = ()
    volumes: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterConfiguration:
    """What a joining master takes over. Defaults are kubeadm 1.37.2's, for what an older version left out."""

    control_plane_endpoint: str
    """"host:port", or "" on a cluster that was made for a single master."""
    cert_sans: tuple[str, ...]
    etcd_server_sans: tuple[str, ...]
    etcd_peer_sans: tuple[str, ...]
    cluster_name: str
    dns_domain: str
    pod_subnet: str
    service_subnet: str
    kubernetes_version: str
    image_repository: str
    certificates_dir: str
    etcd_data_dir: str
    external_etcd: tuple[str, ...]
    """Endpoints of an etcd that kubeadm doesn't run; () with its own."""
    key_algorithm: str
    """One of certificates.KEY_KINDS."""
    certificate_lifetime: timedelta
    text: str = field(repr=False)
    """The document itself, which kubeadm reads."""
    extras: Mapping[str, Extras] = field(default_factory=dict)
    """By component."""


def cluster_configuration(text: str) -> ClusterConfiguration:
    """`kubectl -n kube-system get configmap kubeadm-config -o json`."""
    return one(text, "ConfigMap", lambda found: _configuration(found["data"]["ClusterConfiguration"]))


def with_endpoint(text: str, endpoint: str) -> str:
    """The ConfigMap's text ClusterConfiguration with that controlPlaneEndpoint; every other byte stays.

    KubernetesOutputError or YamlError where the text is no such thing.
    """
    if not isinstance(document := yamltext.load(text), dict):
        raise KubernetesOutputError("not kubeadm's ClusterConfiguration")
    if "controlPlaneEndpoint" in document:
        return yamltext.replace(text, {("controlPlaneEndpoint",): endpoint})
    return yamltext.insert_key(text, "controlPlaneEndpoint", endpoint)


def with_etcd_image(text: str, image: str) -> str:
    """The ClusterConfiguration by which kubeadm pulls this image for etcd, where REPOSITORY/etcd:TAG can say it.

    An image of etcd is what people change by hand in its manifest, and kubeadm-config does not hear of it.
    """
    repository, _, tag = image.rpartition(":")
    document = yamltext.load(text)
    if not isinstance(document, dict) or not repository.endswith("/etcd") or "@" in repository:
        return text
    own = {"imageRepository": repository.removesuffix("/etcd"), "imageTag": tag}
    etcd = document.get("etcd") or {}
    document["etcd"] = {**etcd, "local": {**(etcd.get("local") or {}), **own}}
    return yaml.safe_dump(document)


def _configuration(text: str) -> ClusterConfiguration:
    found = yamltext.load(text)
    if not isinstance(found, dict) or found.get("kind") != "ClusterConfiguration":
        raise KubernetesOutputError("the ConfigMap kubeadm-config holds no ClusterConfiguration")
    networking = _part(found, "networking")
    local, external = _part(found, "etcd", "local"), _part(found, "etcd", "external")
    return ClusterConfiguration(
        control_plane_endpoint=found.get("controlPlaneEndpoint") or "",
        cert_sans=tuple(_part(found, "apiServer").get("certSANs") or ()),
        etcd_server_sans=tuple(local.get("serverCertSANs") or ()),
        etcd_peer_sans=tuple(local.get("peerCertSANs") or ()),
        cluster_name=found.get("clusterName") or "kubernetes",
        dns_domain=networking.get("dnsDomain") or "cluster.local",
        pod_subnet=networking.get("podSubnet") or "",
        service_subnet=networking.get("serviceSubnet") or "10.96.0.0/12",
        kubernetes_version=found["kubernetesVersion"],
        image_repository=found.get("imageRepository") or "registry.k8s.io",
        certificates_dir=found.get("certificatesDir") or "/etc/kubernetes/pki",
        etcd_data_dir=local.get("dataDir") or "/var/lib/etcd",
        external_etcd=tuple(external.get("endpoints") or ()),
        key_algorithm=found.get("encryptionAlgorithm") or "RSA-2048",
        certificate_lifetime=duration(found.get("certificateValidityPeriod") or "8760h0m0s"),
        text=text,
        extras={component: _extras(_part(found, *way)) for component, way in _EXTRAS.items()},
    )


_EXTRAS = {
    "etcd": ("etcd", "local"),
    "kube-apiserver": ("apiServer",),
    "kube-controller-manager": ("controllerManager",),
    "kube-scheduler": ("scheduler",),
}


def _extras(found: Mapping[str, Any]) -> Extras:
    given = found.get("extraArgs") or []
    # v1beta4 has a list, in which a flag may stand several times; v1beta3 had a mapping.
    pairs = given.items() if isinstance(given, Mapping) else ((one["name"], one.get("value")) for one in given)
    return Extras(
        arguments=tuple((str(name), str(value or "")) for name, value in pairs),
        volumes=tuple(str(one["name"]) for one in found.get("extraVolumes") or ()),
        variables=tuple(str(one["name"]) for one in found.get("extraEnvs") or ()),
    )


def _part(found: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """A nested mapping; {} where it, or one on the way, is absent or null."""
    for key in path:
        found = found.get(key) or {}
    return found
