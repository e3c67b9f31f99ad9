"""Step 5. Masters carry the role, and no ordinary pods.

The label alone keeps nobody away, as the article found: the taint does. What runs there already leaves by eviction,
which honours disruption budgets; DaemonSets' pods stay.

What changes: two labels and a taint on each master's Node; its ordinary pods move to the workers. The gate:
labels, taints, and where pods land. The way back: `kubectl taint nodes NAME node-role.kubernetes.io/control-plane-`.
"""

import pytest

from checks.trial import Trial
from formats.kubeadm import NOT_BALANCED_TO, ROLE
from formats.kubernetes import NodeStatus, Pod, Taint
from nodes.hosts import Hosts
from nodes.waiting import wait_until

pytestmark = pytest.mark.step(5)

NO_SCHEDULE = Taint(ROLE, "NoSchedule")


@pytest.mark.change
def test_masters_are_marked_and_emptied(masters_role: list[str]) -> None:
    """A pod that does not leave is held by its disruption budget: the message names it. Scale it up, run again."""
    assert not masters_role, "\n".join(masters_role)


@pytest.mark.verify
def test_master_carries_the_control_plane_label(master: str, cluster_nodes: dict[str, NodeStatus]) -> None:
    """`kubectl label node NAME node-role.kubernetes.io/control-plane=`, or step 5 again."""
    assert ROLE in cluster_nodes[master].labels, sorted(cluster_nodes[master].labels)


@pytest.mark.verify
def test_load_balancers_are_told_to_pass_a_master_over(master: str, cluster_nodes: dict[str, NodeStatus]) -> None:
    """kubeadm gives every master this label; without it ingress traffic is sent to this one too. Step 5 again."""
    assert NOT_BALANCED_TO in cluster_nodes[master].labels, sorted(cluster_nodes[master].labels)


@pytest.mark.verify
def test_master_carries_the_control_plane_taint(master: str, cluster_nodes: dict[str, NodeStatus]) -> None:
    """Somebody removed it: ordinary pods will land on this master. Step 5 again."""
    assert NO_SCHEDULE in cluster_nodes[master].taints, f"its taints: {sorted(map(str, cluster_nodes[master].taints))}"


@pytest.mark.verify
def test_no_ordinary_pod_runs_on_a_master(master: str, pods: tuple[Pod, ...]) -> None:
    """A pod that tolerates nothing came before the taint did: step 5 evicts it."""
    found = [f"{pod.namespace}/{pod.name}" for pod in pods if pod.node == master and pod.is_ordinary(NO_SCHEDULE)]
    assert not found, f"on {master}: {', '.join(found)}"


@pytest.mark.trial
def test_taint_keeps_a_pod_away_from_a_master_and_its_twin_runs(master: str, trial: Trial, hosts: Hosts) -> None:
    """The pod started on a master: the taint is not there, or an admission plug-in adds tolerations to every pod."""
    worker = hosts.inventory.workers[0].name
    kept, twin = f"kept-{master}", f"twin-{master}"
    trial.apply(trial.pod(kept, master), trial.pod(twin, worker))
    seen: dict[str, Pod] = {}

    def missing() -> str:
        seen.update({pod.name: pod for pod in trial.pods()})
        if not seen[twin].ready:
            return f"the twin on {worker} is not ready"
        return "" if seen[kept].why_unscheduled else "the scheduler has not said why the pod is Pending"

    wait_until("the pods of the trial", missing, 60)
    assert (seen[kept].phase, seen[kept].node) == ("Pending", "")
    assert "untolerated taint" in seen[kept].why_unscheduled
