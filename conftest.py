"""Puts the rooms together for pytest: what it does differently here, and the fixtures of every room."""

import sys
from pathlib import Path

import pytest

# pytest.ini says the same; but when another file is in force than ours, the refusal must still be found.
HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

# Said before any of them is imported, so that their assertions show what they saw whoever imports them first.
pytest.register_assert_rewrite("checks", "gates", "steps")

pytest_plugins = [
    "gates.options",
    "gates.selection",
    "gates.order",
    "gates.gate",
    "gates.outcomes",
    "gates.stop",
    "gates.closing",
    "gates.connect",
    "gates.nodes_by_name",
    "gates.properties",
    "gates.modes",
    "checks.api",
    "checks.balancer",
    "checks.census",
    "checks.certificates",
    "checks.clocks",
    "checks.connections",
    "checks.controllers",
    "checks.etcd",
    "checks.etcd_mirror",
    "checks.kubeconfigs",
    "checks.kubelets",
    "checks.machines",
    "checks.pairs",
    "checks.private_files",
    "checks.routes",
    "checks.shared_files",
    "checks.static_pods",
    "checks.trial",
    "steps.obstacles",
    "steps.created",
    "steps.single_master",
    "steps.etcd_cluster",
    "steps.etcd_mirror",
    "steps.apiservers",
    "steps.controllers",
    "steps.masters",
    "steps.load_balancer",
    "steps.kube_proxy",
]
