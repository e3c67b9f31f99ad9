"""From nodes.yaml to open sessions: after every refusal, before the first case.

A run that may change something needs every host, the first master and the lock, or does not begin. An audit
looks at whatever can be reached; a host that cannot be fails its own cases.
"""

import getpass
import logging
import os
from dataclasses import replace

import pytest

from evidence.road import Road
from evidence.run import Mode
from gates.closing import MASTERS
from gates.identity import IDENTITY, NONE_YET, UNKNOWN, identify
from gates.options import ASKED
from gates.order import SETTLED
from gates.selection import ROAD
from nodes import layout
from nodes.commands import ConnectionLost
from nodes.first_master import NoCluster, NoFirstMaster, is_to_be_created
from nodes.first_master import find as find_first_master
from nodes.fleet import Fleet
from nodes.hosts import Hosts
from nodes.inventory import Inventory, InventoryError, load
from nodes.lock import Lock, LockHeld

INVENTORY = pytest.StashKey[Inventory]()
FLEET = pytest.StashKey[Fleet]()
HOSTS = pytest.StashKey[Hosts]()
# Why there is nothing that an audit could look at.
NO_CLUSTER = pytest.StashKey[str]()

log = logging.getLogger("runbook")


def pytest_configure(config: pytest.Config) -> None:
    if ASKED not in config.stash:
        return
    try:
        inventory = load(config.stash[ASKED].nodes)
    except InventoryError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[INVENTORY] = inventory
    config.stash[MASTERS] = len(inventory.masters)
    config.stash[ROAD] = Road(inventory.cluster.etcd)


def pytest_runtestloop(session: pytest.Session) -> None:
    config = session.config
    if SETTLED not in config.stash or config.option.collectonly:
        return
    inventory, mode = config.stash[INVENTORY], config.stash[ASKED].mode
    log.info("connecting to %s", ", ".join(inventory.nodes))
    fleet = config.stash[FLEET] = Fleet.open(inventory)
    _name_problems(fleet, mode)
    first = _first_master(config, fleet, inventory, mode)
    others = [node.name for node in inventory.masters if node.name != first]
    hosts = Hosts(fleet, inventory, first, layout=layout.find(fleet, [first, *others]))
    nothing = NO_CLUSTER in config.stash or (mode is not Mode.AUDIT and is_to_be_created(fleet, inventory, first))
    config.stash[IDENTITY] = NONE_YET if nothing else identify(hosts)
    _hold_to_pinned(inventory, config.stash[IDENTITY].uid, mode)
    _offer_to_pin(inventory, config.stash[IDENTITY].uid)
    lock = _lock(hosts) if mode is Mode.CHANGE else None
    config.stash[HOSTS] = replace(hosts, lock=lock)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a cluster every check is red, with one reason instead of as many as there are ways to miss it."""
    if NO_CLUSTER in item.config.stash:
        pytest.fail(item.config.stash[NO_CLUSTER], pytrace=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    hosts = config.stash.get(HOSTS, None)
    if hosts is not None and hosts.lock is not None:
        hosts.lock.release()
    if FLEET in config.stash:
        config.stash[FLEET].close()


@pytest.fixture(scope="session")
def inventory(pytestconfig: pytest.Config) -> Inventory:
    """nodes.yaml, as types."""
    return pytestconfig.stash[INVENTORY]


@pytest.fixture(scope="session")
def hosts(pytestconfig: pytest.Config) -> Hosts:
    """The sessions of this run. In an audit a host may have none: asking for it raises, with the reason."""
    return pytestconfig.stash[HOSTS]


def _name_problems(fleet: Fleet, mode: Mode) -> None:
    shared: dict[str, list[str]] = {}  # a jump host's trouble is every node's, and told once
    for problem in fleet.problems.values():
        shared.setdefault(problem.reason, []).append(problem.node)
    lines = [f"{', '.join(names)}: {reason}" for reason, names in shared.items()]
    if lines and mode is not Mode.AUDIT:
        raise pytest.UsageError("\n".join(["nothing was changed; not every host can be worked on:", *lines]))
    for line in lines:
        log.warning("%s", line)


def _first_master(config: pytest.Config, fleet: Fleet, inventory: Inventory, mode: Mode) -> str:
    try:
        return find_first_master(fleet, inventory)
    except NoCluster as error:
        if mode is not Mode.AUDIT and inventory.create is None:
            raise pytest.UsageError(f"nothing was changed; {error}") from None
        if mode is Mode.AUDIT:
            config.stash[NO_CLUSTER] = f"there is no cluster to look at: {error}"
        return inventory.masters[0].name  # where step 1 makes one
    except NoFirstMaster as error:
        if mode is not Mode.AUDIT:
            raise pytest.UsageError(f"nothing was changed; {error}") from None
        # An audit matters most when a master is down: another serves to look from; the lost one's cases fail.
        log.warning("%s", error)
        reachable = [node.name for node in inventory.masters if node.name not in fleet.problems]
        return next(iter(reachable), inventory.masters[0].name)


def _hold_to_pinned(inventory: Inventory, uid: str, mode: Mode) -> None:
    """`uid` in nodes.yaml means that cluster and no other; what cannot be seen to be it is not changed."""
    pinned = inventory.cluster.uid
    if pinned in (None, uid) or (uid in (UNKNOWN, NONE_YET.uid) and mode is Mode.AUDIT):
        return
    if uid == NONE_YET.uid:
        raise pytest.UsageError(
            f"nothing was changed; {inventory.path} pins cluster {pinned}, and on these nodes there is none yet: name "
            "the nodes of the pinned cluster, or remove cluster.uid until step 1 has made one"
        )
    raise pytest.UsageError(
        f"nothing was changed; {inventory.path} pins cluster {pinned}, and this one's kube-system has "
        f"the uid {uid}: name the nodes of the pinned cluster, or correct cluster.uid"
    )


def _offer_to_pin(inventory: Inventory, uid: str) -> None:
    if inventory.cluster.uid is None and uid not in (UNKNOWN, NONE_YET.uid):
        log.info("any cluster with these nodes is taken; for this one alone, add under `cluster:` in nodes.yaml")
        log.info("  uid: %s", uid)


def _lock(hosts: Hosts) -> Lock:
    who = os.environ.get("SUDO_USER") or getpass.getuser()  # a person, where everybody works as root
    try:
        return Lock.take(hosts.first, who)
    except (LockHeld, ConnectionLost) as error:
        raise pytest.UsageError(f"nothing was changed; {error}") from None
