"""What stands in the way is told before the first change, all of it at once, by plan and change run alike."""

import json
from collections.abc import Iterator

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import Run, runbook

NAMESPACE = "in-the-way"
KUBECTL = "kubectl --kubeconfig=/etc/kubernetes/admin.conf"
OURS = f"{KUBECTL} -n {NAMESPACE}"


def _pod(**more: object) -> dict[str, object]:
    return {"containers": [{"name": "web", "image": "registry.lab/web:1"}], **more}


def _deployment(name: str, spec: dict[str, object]) -> dict[str, object]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }


LEFT = 400  # thousandths of a CPU, on the node that the heavy pod is on

OBJECTS: list[dict[str, object]] = [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "alone"}, "spec": _pod(nodeName="wudang")},
    _deployment("shop", _pod(nodeName="emei", volumes=[{"name": "tmp", "emptyDir": {}}])),
    {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "shop"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "shop"}}},
    },
]


def _listed(cpu: int) -> str:
    """The objects to seed, in one line; `cpu` in thousandths is what the heavy pod asks for."""
    heavy = {"name": "web", "image": "registry.lab/web:1", "resources": {"requests": {"cpu": f"{cpu}m"}}}
    objects = [*OBJECTS, _deployment("heavy", {"nodeName": "emei", "containers": [heavy]})]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def _until(what: str, is_: str) -> tuple[str, str]:
    return "shaolin", f"until [ \"$({OURS} get {what} 2>/dev/null)\" = '{is_}' ]; do sleep 0.2; done"


FIRST = (
    ("shaolin", f"{KUBECTL} create namespace {NAMESPACE}"),
    _until("serviceaccount default -o name", "serviceaccount/default"),
)
SEED = (
    ("shaolin", f"{KUBECTL} annotate node huashan cluster.x-k8s.io/cluster-name=other"),
    # One way that is silent, and one that a router closes with a word of its own.
    (
        "wudang",
        "nft add table inet seeded; nft add chain inet seeded in '{ type filter hook input priority 0; }';"
        " nft add rule inet seeded in tcp dport 2380 drop;"
        " nft add rule inet seeded in tcp dport 6443 reject with icmpx type admin-prohibited",
    ),
    ("wudang", "mkdir -p /etc/cloud && echo 'manage_etc_hosts: true' > /etc/cloud/cloud.cfg"),
    _until("pods -o jsonpath='{.items[*].status.phase}'", "Running Running Running"),
    _until("pdb shop -o jsonpath='{.status.currentHealthy}'", "1"),
)
HEAL = (
    ("wudang", "nft delete table inet seeded; rm -rf /etc/cloud"),
    ("shaolin", f"{KUBECTL} annotate node huashan cluster.x-k8s.io/cluster-name-"),
    ("shaolin", f"{KUBECTL} delete namespace {NAMESPACE}"),
)
REASONS = (
    "cluster: Cluster API owns huashan and would undo this",
    "shaolin: no way to wudang (10.24.138.208) port 2380: no answer in 3 s",
    "emei: no way to wudang (10.24.138.208) port 2380: no answer in 3 s",
    *(
        f"{name}: no way to wudang (10.24.138.208) port 6443: no route to host"
        for name in ("shaolin", "emei", "huashan")
    ),
    "wudang: cloud-init writes /etc/hosts anew at every boot",
    "wudang: in-the-way/alone has no controller",
    f"emei: too little is left for the static pods (650m of CPU wanted, {LEFT}m free)",
    "may not be evicted: its disruption budget in-the-way/shop allows none now (1 healthy, 1 wanted)",
    "has the emptyDir tmp, which is gone with it",
)


@pytest.fixture(scope="module")
def seeded(view: Hosts) -> Iterator[set[str]]:
    """The files on all hosts, as they were when everything was seeded."""
    try:
        _do(view, FIRST)
        allocatable = view.kubectl("get", "node", "emei", "-o", "jsonpath={.status.allocatable.cpu}")
        # whole CPUs in the lab, whose kubelets keep nothing back
        listed = _listed(1000 * int(allocatable) - LEFT)
        view.first.check(f"{OURS} create -f -", stdin=listed.encode())
        _do(view, SEED)
        yield cluster.files(view)
    finally:
        _do(view, HEAL)


@pytest.mark.parametrize("arguments", [("--plan",), ()], ids=["plan", "change run"])
def test_every_reason_is_told_and_nothing_is_changed(seeded: set[str], view: Hosts, arguments: tuple[str, ...]) -> None:
    run = runbook(*arguments)
    assert run.status == 1, run.told
    told = _told(run)
    assert [reason for reason in REASONS if not any(reason in line for line in told)] == [], run.told
    strange = [line for line in told if not any(reason in line for reason in REASONS)]
    assert strange == [], "reasons for what nobody seeded"
    assert cluster.files(view) == seeded
    assert not run.of("passed")
    print(f"{len(told)} reasons, {run.seconds:.1f} s")


def _told(run: Run) -> list[str]:
    """The report's own message has the first of them alone."""
    return [line[1:].strip() for line in run.output.splitlines() if line.startswith("E     ")]


def _do(view: Hosts, deeds: tuple[tuple[str, str], ...]) -> None:
    for node, shell in deeds:
        view.fleet[node].check(shell, deadline=60)
