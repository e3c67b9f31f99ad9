"""Keys and authorities that should be the same everywhere, and what is private and is not kept so."""

from tests.defects.defect import Defect, on
from tests.defects.shell import EMEI, HUASHAN, MASTERS, PKI, WUDANG, answers, connected, edited, listed, outlived
from tests.defects.signing import authority_called

OWN_KEY = "test_authoritys_key_belongs_to_its_certificate"
SIGNING = "test_masters_share_one_set_of_signing_keys"
LOOSE = "test_private_files_are_for_root_alone"
KILLED = (
    "kill -KILL $(pgrep -x kube-apiserver) && sleep 1"
    f" && {answers(WUDANG)} && {connected('kubelet', WUDANG, 6443)} && {listed(*MASTERS)}"
)


def other_key(path: str) -> str:
    return f"openssl genrsa 2048 > {PKI}/{path}"


DEFECTS = (
    Defect(
        "a master's ca.key is not the one of its ca.crt",
        4,
        (*on(OWN_KEY, EMEI), SIGNING),
        edited(EMEI, f"{PKI}/ca.key", other_key("ca.key")),
    ),
    Defect(
        "a master has another sa.key: what it signs depends on when it was started",
        4,
        (SIGNING,),
        edited(WUDANG, f"{PKI}/sa.key", other_key("sa.key")),
    ),
    Defect(
        "a master has an old sa.pub",
        4,
        (SIGNING,),
        edited(EMEI, f"{PKI}/sa.pub", f"openssl genrsa 2048 | openssl rsa -pubout > {PKI}/sa.pub"),
    ),
    Defect(
        "sa.pub was mended on disk, and the apiserver runs with the old one",
        3,
        ("test_tokens_are_signed_with_one_set_of_keys_everywhere",),
        outlived(
            edited(WUDANG, f"{PKI}/sa.pub", f"openssl genrsa 2048 | openssl rsa -pubout > {PKI}/sa.pub"),
            WUDANG,
            started=KILLED,
            again=KILLED,
        ),
    ),
    Defect(
        "a master has another front-proxy-ca of the same name",
        3,
        on("test_files_that_masters_share_are_the_first_masters_here", "wudang-kubeadm"),
        edited(
            WUDANG,
            f"{PKI}/front-proxy-ca.crt",
            f"d=$(mktemp -d) && {authority_called('/CN=front-proxy-ca')} && cat $d/ca.crt > {PKI}/front-proxy-ca.crt"
            " && rm -r $d",
        ),
    ),
    Defect(
        "a master has another key of etcd's authority",
        2,
        on("test_files_that_members_share_are_the_first_masters_here", EMEI),
        edited(EMEI, f"{PKI}/etcd/ca.key", other_key("etcd/ca.key")),
    ),
    Defect(
        "a kubelet.conf trusts another authority of the same name",
        3,
        on("test_node_trusts_the_clusters_authority", HUASHAN),
        edited(
            HUASHAN,
            "/etc/kubernetes/kubelet.conf",
            f"d=$(mktemp -d) && {authority_called('/CN=kubernetes')}"
            ' && sed -i "s,certificate-authority-data: .*,certificate-authority-data: $(base64 -w0 $d/ca.crt),"'
            " /etc/kubernetes/kubelet.conf && rm -r $d"
            " && touch -r /root/kept/etc/kubernetes/kubelet.conf /etc/kubernetes/kubelet.conf",
        ),
    ),
    Defect(
        "a private key can be read by everybody",
        1,
        on(LOOSE, WUDANG),
        edited(WUDANG, f"{PKI}/etcd/server.key", f"chmod 644 {PKI}/etcd/server.key"),
    ),
    Defect(
        "a kubeconfig belongs to the user who copied it",
        1,
        on(LOOSE, HUASHAN),
        edited(HUASHAN, "/etc/kubernetes/kubelet.conf", "chown nobody /etc/kubernetes/kubelet.conf"),
    ),
)
