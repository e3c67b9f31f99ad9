"""What kubeadm itself would make for a master: from the cluster's own configuration and CAs, in a folder aside.

`kubeadm init phase certs` and `… kubeconfig` write there; `kubeadm upgrade node --dry-run` and `kubeadm init phase etcd
local --dry-run` print what they would write. Nothing that runs is touched, and the folder is removed.
"""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from formats import certificates, kubeconfigs, manifests
from formats.kubeadm import CLIENTS, COMPONENTS, PAIRS, SHARED
from formats.layout import Layout
from formats.proxies import EXCEPTIONS
from formats.yamltext import load
from nodes import layout
from nodes.hosts import Hosts
from nodes.session import Session

ASIDE = "/root/kubeadms-own"

_MAKE = """set -eu
umask 077
rm -rf {aside}; mkdir -p {aside}/pki/etcd {aside}/init {aside}/upgrade
export KUBEADM_INIT_DRYRUN_DIR={aside}/init KUBEADM_UPGRADE_DRYRUN_DIR={aside}/upgrade
for file in {shared}; do cp {pki}/$file {aside}/pki/$file; done
cat > {aside}/config.yaml
chmod 0700 {aside}; umask 022
kubeadm init phase certs all --config {aside}/config.yaml >&2
for kubeconfig in admin controller-manager scheduler; do
  kubeadm init phase kubeconfig $kubeconfig --config {aside}/config.yaml --kubeconfig-dir {aside} >&2
done
kubeadm init phase etcd local --config {aside}/config.yaml --dry-run
kubeadm upgrade node --dry-run --certificate-renewal=false --ignore-preflight-errors=SystemVerification
"""


def differences(view: Hosts, master: str) -> list[str]:
    """Where what stands on a master is not what kubeadm would make for it, a line each: "FILE: what"."""
    session, places = view.fleet[master], layout.find(view.fleet, [master])
    script = _MAKE.format(aside=ASIDE, pki=shlex.quote(places.pki), shared=" ".join(SHARED))
    try:
        said = session.check(script, stdin=_configuration(view, master, places).encode(), deadline=240)
        return [*_of_manifests(session, said, places), *_of_files(session, places)]
    finally:
        session.check(f"rm -rf {ASIDE}")


def explained(view: Hosts, master: str) -> list[str]:
    """The differences that are meant, as `differences` gives them; docs/design.md says why."""
    if master == view.first_master:
        return []
    text = view.fleet[master].check("cat /etc/kubernetes/manifests/etcd.yaml")
    joined = manifests.parse(text).flag("--initial-cluster") or ""
    own = f"{master}=https://{view.inventory.nodes[master].address}:2380"
    assert joined.split(",")[-1] == own, joined
    return [
        f"etcd.yaml: --initial-cluster: {joined} here, {own} there",
        "etcd.yaml: --initial-cluster-state: existing here, not set there",
        *(line for component in COMPONENTS for line in _excepted(view, master, component)),
    ]


def _excepted(view: Hosts, master: str, component: str) -> Iterator[str]:
    """kubeadm knows nothing of whom a proxy must not be asked for: what it is told it writes everywhere."""
    path = f"/etc/kubernetes/manifests/{component}.yaml"
    here, first = (
        manifests.parse(view.fleet[name].check(f"cat {path}")).variables for name in (master, view.first_master)
    )
    for name in EXCEPTIONS:
        if name in here and here[name] == f"{first[name]},{view.inventory.nodes[master].address}":
            field = f"spec.containers[{component}].env[{name}].value"
            yield f"{component}.yaml: {field}: {here[name]} here, {first[name]} there"


def _configuration(view: Hosts, master: str, places: Layout) -> str:
    found = load(view.kubectl("-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", "json"))
    assert isinstance(found, dict)
    cluster: dict[str, Any] = yaml.safe_load(found["data"]["ClusterConfiguration"])
    own = {
        "apiVersion": cluster["apiVersion"],
        "kind": "InitConfiguration",
        "localAPIEndpoint": {
            "advertiseAddress": view.inventory.nodes[master].address,
            "bindPort": places.api_port,
        },
        "nodeRegistration": {"name": master, "criSocket": "unix:///run/containerd/containerd.sock"},
    }
    return yaml.safe_dump_all([own, cluster | {"certificatesDir": f"{ASIDE}/pki"}])


def _of_manifests(session: Session, said: str, places: Layout) -> Iterator[str]:
    for component in COMPONENTS:
        path = f"/etc/kubernetes/manifests/{component}.yaml"
        rendered = re.search(rf'Would write file "{path}" with content:\n(.*?)\n(?=\[|\Z)', said, re.DOTALL)
        assert rendered, f"kubeadm has not shown {path}:\n{said[-3000:]}"
        theirs = rendered[1].replace(f"{ASIDE}/pki", places.pki)
        for difference in manifests.differences(session.check(f"cat {path}"), theirs):
            yield f"{component}.yaml: {difference}"
        yield from _compared(path, {"mode": "600 0:0"}, {"mode": _mode(session, path)})


def _of_files(session: Session, places: Layout) -> Iterator[str]:
    yield from _compared(places.etcd_data, {"mode": "700 0:0"}, {"mode": _mode(session, places.etcd_data)})
    for name in PAIRS:
        ours, theirs = (_pair(session, f"{folder}/{name}") for folder in (places.pki, f"{ASIDE}/pki"))
        yield from _compared(f"{name}.crt", theirs, ours)
    for name in CLIENTS:
        ours, theirs = (_kubeconfig(session, f"{folder}/{name}") for folder in ("/etc/kubernetes", ASIDE))
        yield from _compared(name, theirs, ours)


def _compared(file: str, theirs: dict[str, str], ours: dict[str, str]) -> Iterator[str]:
    for what in sorted(theirs.keys() | ours.keys()):
        if theirs.get(what) != ours.get(what):
            yield f"{file}: {what}: {ours.get(what, 'none')} here, {theirs.get(what, 'none')} there"


def _pair(session: Session, path: str) -> dict[str, str]:
    modes = {f"mode of the {ending}": _mode(session, f"{path}.{ending}") for ending in ("crt", "key")}
    pem = session.check(f"cat {path}.crt")
    (found,) = certificates.read(pem)
    return (
        modes | _certificate(pem) | {"minutes": str(round((found.not_after - found.not_before) / timedelta(minutes=1)))}
    )


def _kubeconfig(session: Session, path: str) -> dict[str, str]:
    text = session.read_secret(path).reveal().decode()
    embedded = kubeconfigs.client_certificate(text)
    assert embedded, f"{session.name}: {path} holds no certificate"
    masked = re.sub(r"(client-(?:certificate|key)-data): .*", r"\1", text)
    return {"text": masked, "mode": _mode(session, path)} | _certificate(embedded)


def _certificate(pem: str) -> dict[str, str]:
    """All of it but what is made anew each time (number, hour, key), and when it begins.

    The subject as text: Go writes it as a PrintableString where it can, ours is a UTF8String (design.md).
    """
    found = x509.load_pem_x509_certificate(pem.encode())
    described = {
        "subject": found.subject.rfc4514_string(),
        "issuer": found.issuer.public_bytes().hex(),
        "kind of key": certificates.read(pem)[0].key_kind,
        "signature": found.signature_algorithm_oid.dotted_string,
        "ends": f"{round((found.not_valid_after_utc - datetime.now(UTC)) / timedelta(days=1))} days from now",
        "version": found.version.name,
        "encoding of the key": str(
            len(found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        ),
    }
    for number, extension in enumerate(found.extensions):
        name, value = extension.oid.dotted_string, extension.value.public_bytes().hex()
        described[f"extension {number}"] = f"{name} {'critical ' if extension.critical else ''}{value}"
    return described


def _mode(session: Session, path: str) -> str:
    return session.check(f"stat -c '%a %u:%g' {path}").strip()
