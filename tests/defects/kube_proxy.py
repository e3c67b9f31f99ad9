"""kube-proxy: where it is connected, what it was started with, whether it still works."""

from tests.defects.config_maps import rewritten
from tests.defects.defect import Defect, Way, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    HUASHAN,
    KUBECTL,
    NODES,
    SHAOLIN,
    connected,
    doing,
    edited,
)

PODS = f"{KUBECTL} -n kube-system delete pods -l k8s-app=kube-proxy"


def made_anew(selected: str, at: str, *nodes: str) -> tuple[tuple[str, str], ...]:
    """Pods deleted, and their successors connected to the balancer on that node."""
    return (
        (SHAOLIN, f"sleep 1 && {PODS} {selected}"),
        *((node, f"sleep 0.5 && {connected('kube-proxy', at, 8443)}") for node in nodes),
    )


# somebody's own way to the first apiserver, on the endpoint's port
_OTHER_WAY = doing(
    SHAOLIN,
    "printf 'add table ip defect\\nadd chain ip defect prerouting { type nat hook prerouting priority -150; }\\n"
    "add rule ip defect prerouting tcp dport 8443 redirect to :6443\\n' | nft -f -",
    "! nft list table ip defect >/dev/null 2>&1 || nft delete table ip defect",
)
_ELSEWHERE = edited(
    HUASHAN, "/etc/hosts", f"sed -i 's/^{ADDRESS[EMEI]} api.lab/{ADDRESS[SHAOLIN]} api.lab/' /etc/hosts"
)
_ON_HUASHAN = f"--field-selector=spec.nodeName={HUASHAN}"
_OLD = rewritten("kube-system", "kube-proxy", "s,https://api.lab:8443,https://10.27.53.32:6443,")

DEFECTS = (
    Defect(
        "kube-proxy's ConfigMap has the old address again, and its pods were left as they are",
        7,
        (
            "test_kube_proxys_configuration_names_the_endpoint",
            *on("test_kube_proxy_started_after_its_configuration_had_changed", *NODES),
        ),
        Way(_OLD.seed, (*_OLD.heal, *made_anew("", EMEI, *NODES))),
    ),
    Defect(
        "a kube-proxy has kept the hosts file that it was started with",
        7,
        on("test_kube_proxy_is_connected_to_a_balancer", HUASHAN),
        Way(
            (*_OTHER_WAY.seed, *_ELSEWHERE.seed, *made_anew(_ON_HUASHAN, SHAOLIN, HUASHAN), *_ELSEWHERE.heal),
            (*_ELSEWHERE.heal, *_OTHER_WAY.heal, *made_anew(_ON_HUASHAN, EMEI, HUASHAN)),
        ),
    ),
    Defect(
        "a kube-proxy hangs",
        7,
        on("test_kube_proxy_keeps_its_rules_fresh", HUASHAN),
        doing(HUASHAN, "kill -STOP $(pgrep -x kube-proxy)", "kill -CONT $(pgrep -x kube-proxy)"),
    ),
)
