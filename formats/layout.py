"""Where a cluster's masters keep and offer what kubeadm lets one move: the one place that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from formats.kubeadm import PKI
from formats.manifests import Manifest, ManifestError
from formats.ports import APISERVER

ETCD_DATA: Final = "/var/lib/etcd"
"""etcd's data directory, unless ClusterConfiguration.etcd.local.dataDir says otherwise."""

_CERTIFICATES: Final = "k8s-certs"
"""kubeadm's name of the volume that has the certificates directory."""


@dataclass(frozen=True)
class Layout:
    """The same on every master: new ones are made from the first one's manifests.

    api_port   where each apiserver listens (localAPIEndpoint.bindPort)
    pki        the certificates directory (certificatesDir)
    etcd_data  etcd's data directory on the host (etcd.local.dataDir)
    """

    api_port: int = APISERVER
    pki: str = PKI
    etcd_data: str = ETCD_DATA

    @classmethod
    def of(cls, manifests: Mapping[str, str]) -> Self:
        """From the texts of a master's manifests, by component; kubeadm's defaults for what is not there.

        Raises ManifestError, also where a value cannot be one of these.
        """
        layout = cls()
        if "kube-apiserver" in manifests:
            apiserver = Manifest.parse(manifests["kube-apiserver"])
            layout = replace(layout, api_port=_port(apiserver), pki=_certificates(apiserver))
        if "etcd" in manifests:
            layout = replace(layout, etcd_data=_data(Manifest.parse(manifests["etcd"])))
        return layout


def _port(apiserver: Manifest) -> int:
    port = apiserver.flag("--secure-port") or str(APISERVER)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ManifestError(f"kube-apiserver: --secure-port is {port}, which is no port to listen on")
    return int(port)


def _certificates(apiserver: Manifest) -> str:
    volumes = {volume.name: volume.path for volume in apiserver.host_paths}
    return volumes.get(_CERTIFICATES, PKI)


def _data(etcd: Manifest) -> str:
    data = etcd.flag("--data-dir") or ETCD_DATA
    path = etcd.on_host(data) if data.startswith("/") else None
    if path is None:
        raise ManifestError(f"etcd: --data-dir is {data}, which lies in no volume of the host")
    return path
