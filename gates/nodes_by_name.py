"""Cases that ask for `master`, `worker`, `balancer` or `node` run once for each, under its name.

By name and by function: a parameter of a wider scope would make pytest regroup the cases around it.
"""

import pytest

from gates.connect import INVENTORY


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if INVENTORY not in metafunc.config.stash:
        return
    inventory = metafunc.config.stash[INVENTORY]
    for name, nodes in {
        "master": inventory.masters,
        "worker": inventory.workers,
        "balancer": inventory.balancers,
        "node": tuple(inventory.nodes.values()),
    }.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [node.name for node in nodes])
