"""Whether the cluster's own clients get their writes through: each kubelet and each leader renews a lease all the time.

Asked before the API is taken away a second time, and before more is asked of it: an apiserver that answers may still be
busy with everybody who lists anew.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from formats import kubernetes
from nodes.hosts import Hosts
from nodes.waiting import wait_until

LEADERS = frozenset({"kube-controller-manager", "kube-scheduler"})
KUBELETS = "kube-node-lease"
# A kubelet renews every ten; one that was refused tries again at once, and later and later.
RENEWED_SECONDS = 120.0
# kubectl is not free where it runs.
LOOK_SECONDS = 1.0


def renewals(hosts: Hosts) -> Mapping[str, datetime]:
    """When each that is there at all renewed its lease last, by its name: a node's, or a leader's."""
    now = datetime.now(UTC)
    found = kubernetes.leases(hosts.kubectl("get", "leases", "--all-namespaces", "-o", "json"))
    return {
        lease.name: lease.renew_time
        for lease in found
        if lease.renew_time is not None
        and lease.is_held(now)
        and (lease.namespace == KUBELETS or lease.name in LEADERS)
    }


def wait_for_renewals(hosts: Hosts, since: Mapping[str, datetime]) -> None:
    """Return once each of them has renewed it again. Raises NeverCameError."""
    left = dict(since)

    def missing() -> str:
        time.sleep(LOOK_SECONDS)
        for name, renewed in renewals(hosts).items():
            if name in left and renewed > left[name]:
                del left[name]
        return f"not by {', '.join(sorted(left))}" if left else ""

    wait_until("a lease renewed by each kubelet and leader", missing, RENEWED_SECONDS)
