"""Kubeconfigs, as kubeadm writes them and as they are found on hosts."""

from base64 import b64encode
from pathlib import Path

import pytest

from formats import certificates, kubeconfigs
from formats.certificates import Request
from formats.kubeconfigs import KubeconfigError
from tests.formats.authorities import NOW, Authority

CLUSTER_INFO = """apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: https://10.27.53.32:6443
  name: ""
contexts: null
current-context: ""
kind: Config
users: null
"""
KUBE_PROXY = """apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: https://10.27.53.32:6443
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
"""
KUBELET = """apiVersion: v1
clusters:
- cluster: {server: "https://10.0.0.9:6443"}   # another one, not in use
  name: spare
- cluster:
    certificate-authority-data: Q0E=
    server: https://10.27.53.32:6443   # the first master
  name: kubernetes
contexts:
- context: {cluster: spare, user: spare}
  name: spare
- context:
    cluster: kubernetes
    user: system:node:huashan
  name: system:node:huashan@kubernetes
current-context: system:node:huashan@kubernetes
kind: Config
users:
- name: spare
  user: {token: s3cret-of-spare}
- name: system:node:huashan
  user:
    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem
    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
"""


@pytest.mark.parametrize("name", ["admin.conf", "controller-manager.conf", "scheduler.conf"])
def test_rendering_gives_kubeadms_bytes(name: str, data: Path) -> None:
    text = (data / "kubeconfigs" / name).read_text()
    certificate = kubeconfigs.client_certificate(text)
    assert certificate
    rendered = kubeconfigs.render(
        kubeconfigs.server(text),
        kubeconfigs.ca_pem(text),
        kubeconfigs.user(text),
        certificate,
        b"where the private key stands",
    )
    assert rendered == (data / "kubeconfigs" / name).read_bytes()


def test_what_is_rendered_is_found_again(cluster_ca: Authority) -> None:
    key = certificates.new_key("ECDSA-P256")
    request = Request("kubernetes-admin", ("kubeadm:cluster-admins",), usages=("clientAuth",))
    pem = certificates.sign(request, key, cluster_ca.pem, cluster_ca.key, NOW)
    server = "https://[fd00:27:53::32]:6443"
    text = kubeconfigs.render(server, cluster_ca.pem, "kubernetes-admin", pem, key, "temple").decode()
    assert kubeconfigs.server(text) == server
    assert kubeconfigs.ca_pem(text) == cluster_ca.pem
    assert kubeconfigs.client_certificate(text) == pem
    assert kubeconfigs.client_public_key(text) == certificates.public_key_of(key)
    assert "current-context: kubernetes-admin@temple\n" in text


def test_only_the_current_clusters_server_changes() -> None:
    changed = kubeconfigs.with_server(KUBELET, "https://10.24.138.208:6443")
    assert changed == KUBELET.replace("https://10.27.53.32:6443   # the", "https://10.24.138.208:6443   # the")
    assert kubeconfigs.with_server(changed, "https://10.24.138.208:6443") == changed


def test_a_kubelets_certificate_is_a_file() -> None:
    assert kubeconfigs.client_certificate(KUBELET) is None
    assert kubeconfigs.client_public_key(KUBELET) is None


def test_cluster_info_has_one_cluster_without_a_name(cluster_ca: Authority) -> None:
    text = CLUSTER_INFO.format(ca=b64encode(cluster_ca.pem.encode()).decode())
    assert kubeconfigs.server(text) == "https://10.27.53.32:6443"
    assert kubeconfigs.ca_pem(text) == cluster_ca.pem
    changed = kubeconfigs.with_server(text, "https://api.lab:8443")
    assert changed == text.replace("https://10.27.53.32:6443", "https://api.lab:8443")


def test_kube_proxys_server_changes() -> None:
    changed = kubeconfigs.with_server(KUBE_PROXY, "https://api.lab:8443")
    assert changed == KUBE_PROXY.replace("https://10.27.53.32:6443", "https://api.lab:8443")


def test_a_mask_hides_secrets_and_shows_whether_they_changed(cluster_ca: Authority) -> None:
    def rendered(key: bytes) -> str:
        pem = certificates.sign(Request("admin"), key, cluster_ca.pem, cluster_ca.key, NOW)
        return kubeconfigs.render("https://a:1", cluster_ca.pem, "admin", pem, key).decode()

    one, other = (certificates.new_key("ECDSA-P256") for _ in range(2))
    masked = kubeconfigs.mask(rendered(one))
    assert b64encode(one).decode() not in masked
    assert f"client-key-data: (masked, public key sha256 {certificates.public_key_of(one)[:16]})\n" in masked
    assert "certificate-authority-data: (CN=kubernetes, issuer CN=kubernetes, until " in masked
    assert masked != kubeconfigs.mask(rendered(other))


def test_a_mask_hides_tokens_passwords_and_what_it_cannot_read() -> None:
    text = KUBE_PROXY.replace("tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token", "token: s3cret")
    text += "    password: s3cret\n    client-key-data: s3cret\n    client-certificate-data: s3cret\n"
    text += "    exec: {env: [{name: TOKEN, value: s3cret}]}\n"
    masked = kubeconfigs.mask(text)
    assert "s3cret" not in masked
    assert masked.count("(masked)") == 4
    assert "s3cret-of-spare" not in kubeconfigs.mask(KUBELET)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"without a cluster in its current context \(none is set\)"),
        (
            KUBELET.replace("current-context: system", "current-context: s3cret"),
            r"without a cluster in its current context",
        ),
        (KUBELET.replace("    server: https", "    servers: https"), "without server for the cluster"),
        ("a: [s3cret", "line 1: not readable as one YAML document"),
        ("a: 1\n---\nb: s3cret\n", "not readable as one YAML document"),
    ],
)
def test_what_is_no_kubeconfig_is_an_error(text: str, message: str) -> None:
    with pytest.raises(KubeconfigError, match=message):
        kubeconfigs.server(text)


def test_an_error_repeats_nothing_secret() -> None:
    text = KUBELET.replace("Q0E=", "s3cret!") + "\tclient-key-data: s3cret\n"
    for read in (kubeconfigs.ca_pem, kubeconfigs.server, kubeconfigs.mask):
        with pytest.raises(KubeconfigError) as caught:
            read(text)
        assert "s3cret" not in str(caught.value)
        assert caught.value.__suppress_context__
    with pytest.raises(KubeconfigError, match="whose certificate-authority-data is not base64"):
        kubeconfigs.ca_pem(KUBELET.replace("Q0E=", "s3cret!"))
