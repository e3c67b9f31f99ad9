"""What stands in for machines when the real `gates.connect` and `gates.modes` run in a throwaway runbook.

The environment says what is wrong with them: PROBLEMS=wudang,emei, LOCK_HELD=1, LOCK_LOST=1,
FIRST_MASTER_UNKNOWN=1, UID_SEEN=unknown, NO_CLUSTER=1 (and nodes.yaml says `create:` or not).
A change of theirs makes a file; SLOW=N names the one that waits until it was signalled.
"""

from tests.gates.throwaway import Throwaway

NODES = """\
cluster: {endpoint: "api.lab:8443"}
ssh: {known_hosts: known_hosts}
nodes:
  shaolin: {address: 10.0.0.1, role: master}
  wudang: {address: 10.0.0.2, role: master}
  emei: {address: 10.0.0.3, role: master}
  huashan: {address: 10.0.0.4, role: worker}
load_balancer: {nodes: [emei]}
workload: {image: "registry.lab/web:1"}
change: {ticket: CHG0042}
accept: {single-balancer: a test}
"""

CONFTEST = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.register_assert_rewrite("gates")

from changes.change import SO, Look
from gates.cases import describe
from gates.identity import Identity
from nodes.commands import ConnectionLost
from nodes.first_master import NoCluster, NoFirstMaster
from nodes.fleet import Fleet, Problem
from nodes.lock import Holder, LockHeld
from nodes.session import Session

pytest_plugins = [
    "gates.options", "gates.selection", "gates.order", "gates.gate", "gates.outcomes", "gates.stop",
    "gates.closing", "gates.connect", "gates.nodes_by_name", "gates.properties", "gates.modes",
]
HERE = Path(__file__).parent
patch = pytest.MonkeyPatch()

def not_there():
    # the cluster, which step 1 of the runbook makes
    return bool(os.environ.get("NO_CLUSTER")) and not (HERE / "file-1-b").exists()

def to_be_created(fleet, inventory, first):
    return inventory.create is not None and not_there()

class Lock:
    def ensure(self): pass
    def still_held(self): return True
    def release(self): (HERE / "RELEASED").touch()

def fleet(inventory):
    (HERE / "CONNECTED").touch()
    problems = [name for name in os.environ.get("PROBLEMS", "").split(",") if name]
    return Fleet(
        {node.name: Session(node, inventory.ssh) for node in inventory.nodes.values()},
        {name: Problem(name, "nothing answers on port 22: start sshd there") for name in problems},
    )

def first_master(fleet, inventory):
    if not_there():
        raise NoCluster("no first master among them: write `create:` in nodes.yaml")
    if os.environ.get("FIRST_MASTER_UNKNOWN"):
        raise NoFirstMaster("no first master among them")
    return "shaolin"

def take(session, who):
    if os.environ.get("LOCK_HELD"):
        raise LockHeld(Holder("ann@desk", "desk (pid 7)", "noon", "x"))
    if os.environ.get("LOCK_LOST"):
        raise ConnectionLost("shaolin: the lock was not taken: no bash")
    (HERE / "LOCKED").touch()
    return Lock()

def pytest_configure():
    patch.setattr("gates.connect.Fleet.open", fleet)
    patch.setattr("gates.connect.find_first_master", first_master)
    patch.setattr("gates.connect.is_to_be_created", to_be_created)
    patch.setattr("gates.modes.is_to_be_created", to_be_created)
    patch.setattr("gates.properties.is_to_be_created", to_be_created)
    patch.setattr("gates.connect.Lock.take", take)
    for module in ("gates.connect", "gates.properties"):
        patch.setattr(f"{module}.identify", lambda hosts: Identity(os.environ.get("UID_SEEN", "u"), "v1.37.2", "3.7.3"))
    patch.setattr("gates.modes.observe", lambda hosts: None)

def pytest_unconfigure():
    patch.undo()

@dataclass
class Touch:
    name: str
    node: str = "wudang"

    def __str__(self): return f"{self.node}: {self.name}"

    def look(self, hosts):
        if (HERE / self.name).exists():
            return SO
        return Look(so=False, seen="no such file", diff=f"--- /dev/null\\n+++ {self.name}\\n+one line\\n")

    def do(self, hosts):
        (HERE / f"{self.name}.begun").touch()
        while os.environ.get("SLOW") == self.name and not (HERE / "SIGNALLED").exists():
            time.sleep(0.05)
        (HERE / self.name).touch()

@pytest.fixture
def left_to_do(request, carry_out):
    step = describe(request.node).place
    return carry_out(lambda seen, inventory: [Touch(f"file-{step}-a"), Touch(f"file-{step}-b")])
"""

STEP = """
import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.step({step})
HERE = Path(__file__).parents[1]

@pytest.mark.change
def test_step_{step}_is_made(left_to_do): assert not left_to_do

@pytest.mark.verify
def test_step_{step}_is_seen_on_master(master, hosts):
    hosts.fleet[master]
    assert (HERE / "file-{step}-b").exists()

@pytest.mark.verify
def test_step_{step}_is_seen_by_all(worker, balancer, node, inventory):
    (HERE / "check-{step}.begun").touch()
    while os.environ.get("SLOW") == "check-{step}":
        time.sleep(0.05)

@pytest.mark.trial
def test_step_{step}_works_when_tried(): pass
"""


def stand_in(throwaway: Throwaway) -> Throwaway:
    throwaway.write("nodes.yaml", NODES)
    throwaway.write("known_hosts", "")
    throwaway.write("conftest.py", CONFTEST)
    for step in range(1, 8):
        throwaway.write(f"runbook/test_{step}.py", STEP.format(step=step))
    return throwaway
