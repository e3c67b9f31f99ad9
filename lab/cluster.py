"""The cluster with one master, as kubeadm makes it: init, pod network, join, until all is Ready."""

import base64
import hashlib
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from string import Template
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lab import config_maps, identity, ssh
from lab.command import CommandFailed
from lab.hosts import Host, Hosts
from lab.images import Tags
from lab.places import FILES, MANIFESTS
from lab.progress import Progress
from lab.variant import Variant, write_nodes_file

READY_WITHIN = 120.0  # seconds
SIGNED_WITHIN = 60.0  # seconds
KUBECTL = "kubectl --kubeconfig /etc/kubernetes/admin.conf"


def make(hosts: Hosts, tags: Tags, variant: Variant, progress: Progress) -> None:
    """Bring up the cluster on hosts that have none; writes the admin kubeconfig beside the key."""
    first = hosts.first_master
    token = f"{secrets.token_hex(3)}.{secrets.token_hex(8)}"
    versions = {"kubernetes": tags.kubernetes, "etcd_tag": tags.etcd, "coredns_tag": tags.coredns}
    with progress.stage(f"kubeadm init on {first.name}"):
        _put(first, hosts, "/etc/kubernetes/audit-policy.yaml", (FILES / "audit-policy.yaml").read_bytes())
        _put(first, hosts, "/etc/kubernetes/scheduler/config.yaml", (FILES / "scheduler.yaml").read_bytes())
        for path, content in variant.files.items():
            _put(first, hosts, path, _with_a_secret(content).encode())
        _kubeadm(first, hosts, "init", variant, token=token, **versions)
    pki = variant.kubeadm.get("ClusterConfiguration", {}).get("certificatesDir", "/etc/kubernetes/pki")
    ca_hash = public_key_hash(ssh.command(first, hosts, f"cat {pki}/ca.crt").encode())
    with progress.stage(f"pod network; kubeadm join on {', '.join(host.name for host in hosts.joining)}"):
        network = (MANIFESTS / "pod-network.yaml").read_bytes()
        with ThreadPoolExecutor() as pool:
            applied = pool.submit(ssh.command, first, hosts, f"{KUBECTL} apply -f -", stdin=network)
            _wait_until_signed(hosts, token)
            list(pool.map(lambda host: _join(host, hosts, variant, token, ca_hash), hosts.joining))
            applied.result()
    fetch_admin_conf(hosts)
    with progress.stage("waiting until every node is Ready and CoreDNS is available"):
        wait_until_ready(hosts)
    if variant.objects:
        manifests = yaml.safe_dump_all(variant.objects).encode()
        wait = f"{KUBECTL} wait deployments --all --for=condition=Available --timeout={READY_WITHIN:.0f}s"
        ssh.command(first, hosts, f"{KUBECTL} apply -f - && {wait}", stdin=manifests)
    if variant.config_maps:
        with progress.stage(f"{variant.config_maps} ConfigMaps"):
            seconds = config_maps.create(variant.config_maps, first.address, hosts.admin_conf)
        progress.say(f"{variant.config_maps} ConfigMaps were created in {seconds:.1f} s")
    write_nodes_file(variant, hosts)


def _wait_until_signed(hosts: Hosts, token: str) -> None:
    """Until cluster-info carries the token's signature: a join that comes too early looks again after five seconds."""
    name = f"jws-kubeconfig-{token.partition('.')[0]}"
    line = f"{KUBECTL} -n kube-public get configmap cluster-info -o 'jsonpath={{.data.{name}}}'"
    end = time.monotonic() + SIGNED_WITHIN
    while not ssh.command(hosts.first_master, hosts, line, deadline=20):
        if time.monotonic() > end:
            raise TimeoutError(
                f"no {name} in cluster-info after {SIGNED_WITHIN:.0f} s: does the controller-manager run?"
            )
        time.sleep(0.2)


def wait_until_ready(hosts: Hosts) -> None:
    end = time.monotonic() + READY_WITHIN
    while missing := what_is_missing(hosts):
        if time.monotonic() > end:
            raise TimeoutError(f"the cluster is not whole after {READY_WITHIN:.0f} s: {'; '.join(missing)}")
        time.sleep(0.3)


def what_is_missing(hosts: Hosts) -> list[str]:
    """Ask the first master's API server; gives what keeps the cluster from being whole, in words."""
    try:
        line = f"{KUBECTL} get nodes,deployments,leases -A -o json"
        said = ssh.command(hosts.first_master, hosts, line, deadline=20)
    except CommandFailed as error:
        return [f"the API server does not answer: {error.stderr.strip() or error}"]
    return missing_in(json.loads(said)["items"], [host.node for host in hosts.all])


def missing_in(items: list[dict[str, Any]], names: list[str]) -> list[str]:
    """What the cluster's objects lack: every named node Ready and with its Lease, CoreDNS with all of its replicas.

    A node is Ready a moment before its kubelet has made the Lease that shows that it goes on living.
    """
    ready = {
        item["metadata"]["name"]
        for item in items
        if item["kind"] == "Node"
        for condition in item["status"].get("conditions", [])
        if condition["type"] == "Ready" and condition["status"] == "True"
    }
    leased = {
        item["metadata"]["name"]
        for item in items
        if item["kind"] == "Lease" and item["metadata"]["namespace"] == "kube-node-lease"
    }
    missing = [f"{name} is not Ready" for name in names if name not in ready]
    missing += [f"{name} has no Lease" for name in names if name in ready - leased]
    for item in items:
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "coredns":
            wanted, there = item["spec"]["replicas"], item["status"].get("availableReplicas", 0)
            missing += [f"CoreDNS: {there} of {wanted} replicas are available"] * (there < wanted)
            return missing
    return [*missing, "there is no CoreDNS"]


def fetch_admin_conf(hosts: Hosts) -> None:
    """Copy the first master's admin kubeconfig, readable by its owner alone."""
    text = ssh.command(hosts.first_master, hosts, "cat /etc/kubernetes/admin.conf")
    hosts.admin_conf.touch(mode=0o600)
    hosts.admin_conf.write_text(text)
    identity.give_to_user(hosts.admin_conf)


def public_key_hash(certificate: bytes) -> str:
    """What kubeadm calls a CA certificate's hash: SHA-256 of its public key."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def _join(host: Host, hosts: Hosts, variant: Variant, token: str, ca_hash: str) -> None:
    _kubeadm(host, hosts, "join", variant, token=token, ca_hash=ca_hash, endpoint=hosts.first_master.address)


def _kubeadm(host: Host, hosts: Hosts, verb: str, variant: Variant, **values: str) -> None:
    template = Template((FILES / f"kubeadm-{verb}.yaml").read_text())
    config = variant.configured(template.substitute(name=host.node, address=host.address, **values))
    path = f"/root/kubeadm-{verb}.yaml"
    _put(host, hosts, path, config.encode())
    # what preflight looks at is the golden host, which is known; its look takes a second or two
    ssh.command(host, hosts, f"kubeadm {verb} --config {path} --skip-phases=preflight")


def _put(host: Host, hosts: Hosts, path: str, content: bytes) -> None:
    ssh.command(host, hosts, f"umask 077; mkdir -p {path.rpartition('/')[0]} && cat > {path}", stdin=content)


def _with_a_secret(text: str) -> str:
    """`$secret` becomes the base64 of 32 random bytes: no key stands in the checkout."""
    return Template(text).safe_substitute(secret=base64.b64encode(secrets.token_bytes(32)).decode())
