"""Requests at a steady rate while the cluster changes under them, and the count of those that were lost.

Ten reads and ten writes a second from each of: this machine at the first master's apiserver, a pod on every node at
the service's address 10.96.0.1, and, once it stands, this machine through the balancer. No request is tried twice.
"""

import base64
import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from lab import components, toolchain
from lab.places import Places
from lab.progress import Progress
from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.runs import CHECKOUT, Run, balancer_stands, runbook

NAMESPACE = "prober"
POD_DEADLINE_SECONDS = 90
HERTZ = 10
THE_BALANCER = "the balancer"
# Losses that are further apart are not of one outage.
APART_SECONDS = 10.0


@dataclass(frozen=True)
class Count:
    """What one prober saw; latencies in milliseconds, of the requests that were answered."""

    path: str
    reads: int
    writes: int
    lost: int
    worst_ms: float
    losses: tuple[str, ...]

    def outages(self, operation: str) -> list[float]:
        """In seconds, how long each stretch was in which "read" or "write" was lost again and again."""
        moments = [
            datetime.fromisoformat(moment)
            for moment, _, rest in (loss.partition(" ") for loss in self.losses)
            if rest.startswith(operation)
        ]
        stretches: list[list[datetime]] = []
        for moment in sorted(moments):
            if not stretches or (moment - stretches[-1][-1]).total_seconds() > APART_SECONDS:
                stretches.append([])
            stretches[-1].append(moment)
        return [(stretch[-1] - stretch[0]).total_seconds() + 1 / HERTZ for stretch in stretches]

    def __str__(self) -> str:
        return (
            f"{self.path:34} {self.reads:6} reads {self.writes:6} writes {self.lost:3} lost,"
            f" worst answer {self.worst_ms / 1000:.2f} s"
        )


def unexpected(count: Count, outages: int) -> list[str]:
    """What was lost there though the API stops so many times at most; never through the balancer, which stands later.

    Each outage is told with its length, whether it was expected or not.
    """
    expected = 0 if count.path == THE_BALANCER else outages
    seen = {operation: count.outages(operation) for operation in ("read", "write")}
    if expected and any(seen.values()):
        told = (f"{operation}s {' and '.join(f'{one:.1f} s' for one in long)}" for operation, long in seen.items())
        print(f"  {count.path}: without {', without '.join(told)}")
    if all(len(long) <= expected for long in seen.values()):
        return []
    return [f"{count.path}: {loss}" for loss in count.losses]


class Prober:
    """Start it, change the lab's cluster, stop it. `folder` holds its credentials."""

    def __init__(self, hosts: Hosts, folder: Path) -> None:
        self._hosts, self._folder = hosts, folder
        self._outside: dict[str, subprocess.Popen[str]] = {}
        quiet, cache = Progress(), Places.from_environment().cache
        built = components.build(components.chosen(), cache, toolchain.find(cache, quiet), quiet)
        self._binary = built["web"] / "web"
        config = yaml.safe_load((CHECKOUT / ".lab" / "admin.conf").read_text())
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        for name, data in (
            ("ca", server["certificate-authority-data"]),
            ("cert", user["client-certificate-data"]),
            ("key", user["client-key-data"]),
        ):
            file = folder / name
            file.touch(0o600)
            file.write_bytes(base64.b64decode(data))

    def start(self) -> None:
        hosts = self._hosts
        documents = _documents(hosts.inventory.workload.image)
        hosts.kubectl(
            "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}).encode()
        )
        hosts.kubectl("-n", NAMESPACE, "rollout", "status", "daemonset/probe", "--timeout=60s", deadline=70)
        first = hosts.inventory.nodes[hosts.first_master].address
        self._probe(
            "the first master's apiserver",
            f"{first}:{self._hosts.layout.api_port}",
            "kubernetes.default.svc",
            "outside-first",
        )

    def start_through_balancer(self) -> None:
        endpoint, balancer = self._hosts.inventory.cluster.endpoint, self._hosts.inventory.balancers[0]
        self._probe(THE_BALANCER, f"{balancer.address}:{endpoint.port}", endpoint.host, "outside-balancer")

    def _probe(self, path: str, dial: str, server_name: str, name: str) -> None:
        self._outside[path] = subprocess.Popen(
            [
                str(self._binary),
                "probe",
                f"--url=https://{dial}",
                f"--dial={dial}",
                f"--server-name={server_name}",
                f"--ca={self._folder}/ca",
                f"--cert={self._folder}/cert",
                f"--key={self._folder}/key",
                f"--namespace={NAMESPACE}",
                f"--name={name}",
                "--for=20m",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def stop(self) -> list[Count]:
        counts = []
        for path, process in self._outside.items():
            process.terminate()
            counts.append(_count(path, process.communicate(timeout=30)[0]))
        for node in self._hosts.inventory.nodes:
            # the lab's own program on the lab's own host, by its id
            self._hosts.fleet[node].check("kill -TERM $(pgrep -f '[w]eb probe')")
        pods = json.loads(self._hosts.kubectl("-n", NAMESPACE, "get", "pods", "-o", "json"))["items"]
        counts += [self._pod_count(pod["metadata"]["name"], pod["spec"]["nodeName"]) for pod in pods]
        assert len(pods) == len(self._hosts.inventory.nodes)
        self._hosts.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
        return counts

    def _pod_count(self, pod: str, node: str) -> Count:
        deadline = time.monotonic() + POD_DEADLINE_SECONDS
        while True:
            # The DaemonSet starts the container again at once: its predecessor's last line is the count.
            try:
                log = self._hosts.kubectl("-n", NAMESPACE, "logs", pod, "--previous")
                return _count(f"the service from a pod on {node}", log.splitlines()[-1])
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)


def conversion_beside(hosts: Hosts, folder: Path, nodes: Path = CHECKOUT / "nodes.yaml") -> tuple[Run, list[Count]]:
    """The conversion, and what clients lost meanwhile."""
    prober = Prober(hosts, folder)
    prober.start()

    def watch(line: str) -> None:
        if balancer_stands(line):
            prober.start_through_balancer()

    run = runbook(nodes=nodes, on_line=watch)
    return run, prober.stop()


def asked_everywhere(counts: Sequence[Count]) -> None:
    """Tell what each place saw; and there was enough to see at every one of them."""
    print("\n".join(map(str, counts)))
    assert len(counts) == 2 + len(cluster.NODES)
    assert all(count.reads > 50 and count.writes > 50 for count in counts)


def _count(path: str, line: str) -> Count:
    if not line:
        raise AssertionError(f"the prober at {path} ended before it was asked to: its first requests were not answered")
    summary = json.loads(line)
    return Count(
        path,
        summary["reads"],
        summary["writes"],
        summary["lost"],
        max(summary["worst_read_ms"], summary["worst_write_ms"]),
        tuple(f"{loss['time']} {loss['operation']}: {loss['error']}" for loss in summary["losses"] or ()),
    )


def _documents(image: str) -> list[dict[str, object]]:
    labels = {"app": "probe"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "probe", "namespace": NAMESPACE}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "probe", "namespace": NAMESPACE},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "update", "patch"]}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "probe", "namespace": NAMESPACE},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "probe"},
            "subjects": [{"kind": "ServiceAccount", "name": "probe", "namespace": NAMESPACE}],
        },
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "probe", "namespace": NAMESPACE},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "serviceAccountName": "probe",
                        "tolerations": [{"operator": "Exists"}],
                        "containers": [
                            {
                                "name": "probe",
                                "image": image,
                                "args": ["probe", f"--namespace={NAMESPACE}", "--name=$(NODE)", "--for=20m"],
                                "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                            }
                        ],
                    },
                },
            },
        },
    ]
