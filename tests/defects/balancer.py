"""The balancer, and the endpoint's name that leads to it."""

import hashlib
import re

from formats import balancer
from tests.defects.defect import Defect, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    HUASHAN,
    MASTERS,
    NODES,
    SHAOLIN,
    WUDANG,
    connected,
    doing,
    edited,
    refused,
    replaced,
    until,
)

CONFIGURATION = "/etc/kubeadm-ha/balancer.conf"
MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
LISTEN = f"{ADDRESS[EMEI]}:8443"
ANSWERS = "test_api_answers_through_the_balancers_own_address"
SEEN = "test_every_apiserver_is_seen_through_the_balancer"
LOADED = "test_loaded_configuration_is_the_one_on_disk"
NAME = "test_endpoints_name_leads_to_the_balancer_from_every_node"
REACHES = "test_node_reaches_the_balancer"
CONSENT = "test_single_balancer_stands_by_consent_only"
RELOADED = "systemctl reload kubeadm-ha-balancer && sleep 1"


def with_backends(*masters: str) -> str:
    """The configuration as the runbook would write it for these masters, its digest with it."""
    return balancer.configuration(LISTEN, [f"{ADDRESS[name]}:6443" for name in masters], MODULE)


def patient_for(time: str) -> str:
    """The runbook's configuration with another proxy_timeout, and a digest that fits it again."""
    text = with_backends(*MASTERS).replace("proxy_timeout 24h", f"proxy_timeout {time}")
    claimed = re.findall(r"return ([0-9a-f]{64});", text)[0]
    fitting = hashlib.sha256(text.replace(claimed, "0" * 64).encode()).hexdigest()
    return text.replace(claimed, fitting)


DEFECTS = (
    Defect(
        "the balancer is shutting down: those who are connected stay, nobody else gets in",
        6,
        (*on(ANSWERS, EMEI), *on(SEEN, EMEI), *on(LOADED, EMEI), *on(REACHES, *NODES)),
        doing(
            EMEI,
            "kill -QUIT $(systemctl show -p MainPID --value kubeadm-ha-balancer)"
            f" && {until(f'! ss -Hltn | grep -q {LISTEN}')}",
            f"systemctl restart kubeadm-ha-balancer && {until(f'ss -Hltn | grep -q {LISTEN}')}"
            f" && {connected('kube-proxy', EMEI, 8443)}",
        ),
    ),
    Defect(
        "somebody took an apiserver out of the balancer by hand",
        6,
        (*on(SEEN, EMEI), *on(LOADED, EMEI)),
        edited(EMEI, CONFIGURATION, f"sed -i '/server {ADDRESS[WUDANG]}:6443/d' {CONFIGURATION}", RELOADED),
    ),
    Defect(
        "the balancer was written for two masters",
        6,
        (*on(SEEN, EMEI), *on(LOADED, EMEI)),
        replaced(EMEI, CONFIGURATION, with_backends(SHAOLIN, EMEI), RELOADED),
    ),
    Defect(
        "a newer configuration of the balancer was never loaded",
        6,
        on(LOADED, EMEI),
        replaced(EMEI, CONFIGURATION, with_backends(SHAOLIN, EMEI)),
    ),
    Defect(
        "the balancer cuts what is silent for three seconds, as the article's did",
        6,
        on(LOADED, EMEI),
        replaced(EMEI, CONFIGURATION, patient_for("3s"), RELOADED),
    ),
    Defect(
        "the balancer would not come back after a reboot",
        6,
        on("test_balancer_starts_by_itself_at_boot", EMEI),
        doing(EMEI, "systemctl disable -q kubeadm-ha-balancer", "systemctl enable -q kubeadm-ha-balancer"),
    ),
    Defect(
        "a hosts file sends the endpoint's name elsewhere",
        6,
        on(NAME, HUASHAN),
        edited(HUASHAN, "/etc/hosts", f"sed -i 's/^{ADDRESS[EMEI]} api.lab/{ADDRESS[SHAOLIN]} api.lab/' /etc/hosts"),
    ),
    Defect(
        "a hosts file has the endpoint's name twice, in two cases, with two addresses",
        6,
        on(NAME, WUDANG),
        edited(WUDANG, "/etc/hosts", f"echo '{ADDRESS[SHAOLIN]} API.lab' >> /etc/hosts"),
    ),
    Defect(
        "cloud-init wrote a worker's hosts file anew, without the endpoint",
        6,
        on(NAME, HUASHAN),
        edited(HUASHAN, "/etc/hosts", "sed -i '/api.lab/d' /etc/hosts"),
    ),
    Defect(
        "a firewall lets no new connection of a worker through to the balancer",
        6,
        on(REACHES, HUASHAN),
        refused(HUASHAN, f"output: ip daddr {ADDRESS[EMEI]} tcp dport 8443 ct state new"),
    ),
    Defect("the single balancer has nobody's consent", 6, (CONSENT,), without="accept"),
)
