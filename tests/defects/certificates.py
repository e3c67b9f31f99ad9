"""Certificates: names, authority, dates, keys."""

from tests.defects.defect import Defect, on
from tests.defects.shell import ADDRESS, EMEI, HUASHAN, PKI, WUDANG, edited
from tests.defects.signing import authority_called, signed

APISERVER = "/CN=kube-apiserver"
# the apiserver looks at its certificate when the file changes
RELOADED = "sleep 2.5"

NAMES = "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
WHOLE = f"DNS:{WUDANG},{NAMES},IP:10.96.0.1,IP:{ADDRESS[WUDANG]},DNS:api.lab"

OWN_ADDRESS = "test_apiserver_certificate_is_valid_for_its_own_address"
ENDPOINT = "test_apiserver_certificate_is_valid_for_the_endpoints_name"
ON_DISK = "test_apiserver_shows_the_certificate_that_is_on_its_disk"
FIT = "test_certificates_of_a_master_fit_it_and_their_keys"
ETCD_FIT = "test_etcds_certificates_fit_their_master_and_their_keys"
LIFETIME = "test_certificates_and_authorities_outlive_thirty_days"

# Who asks an apiserver by its address believes its certificate or asks nothing.
NOBODY_COMES_IN = (
    *on(OWN_ADDRESS, WUDANG),
    *on(FIT, WUDANG),
    *on("test_apiserver_is_ready_for_an_authenticated_client", WUDANG),
    *on("test_secrets_are_readable_through_each_apiserver", WUDANG),
    *on("test_every_api_service_is_readable_through_each_apiserver", WUDANG),
    *on("test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver", WUDANG),
)

DEFECTS = (
    Defect(
        "an apiserver's certificate has neither its address nor the endpoint's name",
        3,
        (*on(ENDPOINT, WUDANG), *NOBODY_COMES_IN),
        edited(WUDANG, f"{PKI}/apiserver.crt", signed("apiserver", APISERVER, f"DNS:{WUDANG}"), RELOADED),
    ),
    Defect(
        "an apiserver's certificate has the address of the host beside it",
        3,
        NOBODY_COMES_IN,
        edited(
            WUDANG,
            f"{PKI}/apiserver.crt",
            signed("apiserver", APISERVER, WHOLE.replace(ADDRESS[WUDANG], "10.24.138.209")),
            RELOADED,
        ),
    ),
    Defect(
        "an apiserver's certificate was renewed by kubeadm before it knew the endpoint's name",
        3,
        (*on(ENDPOINT, EMEI), *on(FIT, EMEI)),
        edited(
            EMEI,
            f"{PKI}/apiserver.crt",
            signed(
                "apiserver",
                APISERVER,
                WHOLE.replace(WUDANG, EMEI).replace(ADDRESS[WUDANG], ADDRESS[EMEI]).removesuffix(",DNS:api.lab"),
            ),
            RELOADED,
        ),
    ),
    Defect(
        "an apiserver's certificate is signed by another authority of the same name",
        3,
        (*on(ENDPOINT, WUDANG), *NOBODY_COMES_IN),
        edited(
            WUDANG,
            f"{PKI}/apiserver.crt",
            signed("apiserver", APISERVER, WHOLE, authority="$d/ca", before=authority_called("/CN=kubernetes")),
            RELOADED,
        ),
    ),
    Defect(
        "an apiserver's certificate on disk belongs to another key, so it was not loaded",
        3,
        (*on(ON_DISK, WUDANG), *on(FIT, WUDANG)),
        edited(
            WUDANG, f"{PKI}/apiserver.crt", f"cat {PKI}/apiserver-kubelet-client.crt > {PKI}/apiserver.crt", RELOADED
        ),
    ),
    Defect(
        "the key beside a client certificate is that of another pair",
        3,
        on(FIT, EMEI),
        edited(EMEI, f"{PKI}/front-proxy-client.key", f"openssl genrsa -out {PKI}/front-proxy-client.key 2048"),
    ),
    Defect(
        "the front proxy's client certificate is signed by the cluster's authority",
        3,
        on(FIT, EMEI),
        edited(
            EMEI,
            f"{PKI}/front-proxy-client.crt",
            signed("front-proxy-client", "/CN=front-proxy-client", usage="clientAuth"),
        ),
    ),
    Defect(
        "an apiserver asks kubelets as system:masters, who may do everything",
        3,
        on(FIT, WUDANG),
        edited(
            WUDANG,
            f"{PKI}/apiserver-kubelet-client.crt",
            signed(
                "apiserver-kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client", usage="clientAuth"
            ),
        ),
    ),
    Defect(
        "a member's peer certificate lacks the host's address",
        2,
        on(ETCD_FIT, WUDANG),
        edited(
            WUDANG,
            f"{PKI}/etcd/peer.crt",
            signed(
                "etcd/peer",
                f"/CN={WUDANG}",
                f"DNS:{WUDANG},DNS:localhost,IP:127.0.0.1,IP:::1",
                authority="etcd/ca",
                usage="serverAuth,clientAuth",
            ),
        ),
    ),
    Defect(
        "a client certificate of etcd begins tomorrow: the clock was wrong when it was signed",
        1,
        on(LIFETIME, EMEI),
        edited(
            EMEI,
            f"{PKI}/etcd/healthcheck-client.crt",
            signed(
                "etcd/healthcheck-client",
                "/CN=kube-etcd-healthcheck-client",
                authority="etcd/ca",
                usage="clientAuth",
                begins="1 day",
            ),
        ),
    ),
    Defect(
        "a certificate ends in ten days",
        1,
        on(LIFETIME, EMEI),
        edited(
            EMEI,
            f"{PKI}/etcd/healthcheck-client.crt",
            signed(
                "etcd/healthcheck-client",
                "/CN=kube-etcd-healthcheck-client",
                authority="etcd/ca",
                usage="clientAuth",
                ends="10 days",
            ),
        ),
    ),
    Defect(
        "a kubelet's serving certificate has expired",
        1,
        on(LIFETIME, HUASHAN),
        edited(
            HUASHAN,
            "/var/lib/kubelet/pki/kubelet.crt",
            "cd /var/lib/kubelet/pki && openssl req -new -key kubelet.key -subj /CN=huashan -out /tmp/request"
            " && openssl x509 -req -in /tmp/request -signkey kubelet.key -days -1 > kubelet.crt && rm /tmp/request",
        ),
    ),
)
