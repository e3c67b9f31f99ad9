"""Nodes: not ready, cordoned, unknown, of another version, with a wrong clock or a wrong route."""

from tests.defects.defect import Defect, on
from tests.defects.shell import (
    ADDRESS,
    EMEI,
    HUASHAN,
    KUBECTL,
    MASTERS,
    SHAOLIN,
    WUDANG,
    connected,
    doing,
    moved_away,
    until,
)

READY = "test_node_is_ready_and_its_lease_is_young"
BEYOND = "test_every_node_of_the_cluster_stands_in_nodes_yaml"
CNI = "/etc/cni/net.d/10-pod-network.conflist"


def node_is(ready: str) -> str:
    asked = "kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node $(hostname)"
    return until(f"""[ "$({asked} -o 'jsonpath={{.status.conditions[?(@.type=="Ready")].status}}')" = {ready} ]""")


def ghost(version: str) -> str:
    """A Node without a machine, as a host that died before anybody wrote it down leaves one."""
    return (
        "printf '%s' '{apiVersion: v1, kind: Node, metadata: {name: ghost}, spec: {unschedulable: true}}'"
        f" | {KUBECTL} create -f - && {KUBECTL} patch node ghost --subresource=status --type=merge"
        f' -p \'{{"status":{{"nodeInfo":{{"kubeletVersion":"{version}"}}}}}}\''
    )


DEFECTS = (
    Defect(
        "a worker lost the configuration of its pod network",
        1,
        on(READY, HUASHAN),
        moved_away(HUASHAN, CNI, gone=node_is("False"), back=node_is("True")),
    ),
    Defect(
        "a master's kubelet has stopped, a minute ago",
        1,
        (
            *on(READY, WUDANG),
            *on("test_master_is_ready_and_its_kubelet_renews_its_lease", WUDANG),
            *on("test_kubelet_of_a_master_is_connected_to_its_own_apiserver", WUDANG),
            *on("test_logs_of_a_pod_on_every_node_are_readable_through_each_apiserver", *MASTERS),
        ),
        doing(
            WUDANG,
            "systemctl stop kubelet && kubectl --kubeconfig=/etc/kubernetes/admin.conf -n kube-node-lease patch lease"
            " wudang --type=merge -p '{\"spec\":{\"renewTime\":\"'$(date -u -d '1 minute ago' +%FT%T.000000Z)'\"}}'",
            f"systemctl start kubelet && {connected('kubelet', WUDANG, 6443)} && {node_is('True')} && sleep 1",
        ),
        alone=True,
        across="step 1 looks at every node; step 3 at what a master's kubelet, which it restarts, has to do there",
    ),
    Defect(
        "somebody cordoned a worker and went home",
        1,
        on("test_node_takes_new_pods", HUASHAN),
        doing(SHAOLIN, f"{KUBECTL} cordon huashan", f"{KUBECTL} uncordon huashan"),
    ),
    Defect(
        "a Node has joined that nodes.yaml does not know",
        1,
        (BEYOND,),
        doing(SHAOLIN, ghost("v1.37.2"), f"{KUBECTL} delete node ghost --ignore-not-found"),
    ),
    Defect(
        "one of the Nodes is of another version",
        1,
        (BEYOND, "test_every_node_runs_the_same_version"),
        doing(SHAOLIN, ghost("v1.36.3"), f"{KUBECTL} delete node ghost --ignore-not-found"),
    ),
    Defect(
        "a clock is two and a half seconds ahead",  # the hosts share the machine's: this one's `date` is made to lie
        1,
        on("test_clock_agrees_with_the_others_within_a_second", HUASHAN),
        doing(
            HUASHAN,
            'printf \'#!/bin/sh\\nexec /usr/bin/date -d "2.5 seconds" "$@"\\n\' > /usr/local/bin/date'
            " && chmod +x /usr/local/bin/date",
            "rm -f /usr/local/bin/date",
        ),
    ),
    Defect(
        "a route takes a part of the services' range",
        1,
        on("test_no_route_overlaps_the_clusters_own_ranges", HUASHAN),
        doing(HUASHAN, "ip route add 10.111.0.0/16 dev eth0", "ip route flush 10.111.0.0/16"),
    ),
    Defect(
        "the route to one node's pods leads to another node",
        1,
        on("test_no_route_overlaps_the_clusters_own_ranges", HUASHAN),
        doing(
            HUASHAN,
            f"r=$(ip route show | grep 'via {ADDRESS[WUDANG]} ' | cut -d' ' -f1) && echo $r > /root/route"
            f" && ip route replace $r via {ADDRESS[EMEI]} dev eth0 onlink",
            f"ip route replace $(cat /root/route) via {ADDRESS[WUDANG]} dev eth0 onlink && rm /root/route",
        ),
    ),
)
