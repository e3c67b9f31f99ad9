"""etcd's membership, one member at a time: a snapshot first, then learner, then voter.

A learner has no vote, so a wrong peer URL costs nothing; a wrong URL in a voter added to a cluster of one loses
quorum for good (etcd#6420). Members are known by their peer URL, the one thing that is the same before and after
a member has started; its name is empty until then, its id is not ours to predict.
"""

import time
from dataclasses import dataclass

from changes.awaited import Awaited
from changes.change import SO, Look
from formats import etcd
from nodes.etcd_tools import NoEtcdToolsError
from nodes.hosts import KEPT, Hosts
from nodes.waiting import wait_until

# Taken anew by a run that finds a single member and no younger one: what an abandoned attempt left months ago is not
# what an operator would want to go back to.
FRESH_MINUTES = 60

# etcd's HealthInterval: `member add` answers "unhealthy cluster" until every voter has been connected for so long.
HEALTH_SECONDS = 5.0
CATCHING_UP_SECONDS = 300.0

# etcd ends what it streams with the SHA-256 of all before it. That the database in it can be read is looked at once,
# by etcdutl, before a snapshot gets its name.
_WHOLE = (
    """[ "$(head -c -32 {file} | sha256sum | cut -c 1-64)" = "$(tail -c 32 {file} | od -An -v -tx1 | tr -d ' \\n')" ]"""
)


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of the first master's etcd from before it grew, checked to be a whole database.

    It holds every Secret of the cluster: it stays on the node, readable by root alone. Each has a name of its own,
    with the cluster's id and the time, and none is ever overwritten. `data` is etcd's data directory.
    """

    node: str
    cluster_id: str
    data: str = "/var/lib/etcd"

    def __str__(self) -> str:
        return f"{self.node}: a verified snapshot of etcd in {KEPT}"

    def look(self, hosts: Hosts) -> Look:
        grown = len(etcd.member_list(hosts.etcdctl("member", "list", "-w", "json")).voters) > 1
        age = "" if grown else f"-mmin -{FRESH_MINUTES}"
        found = hosts.first.check(
            f"find {KEPT} -maxdepth 1 -name 'etcd-{self.cluster_id}-*.db' {age} 2>/dev/null | sort || true"
        ).split()
        if any(hosts.first.run(_WHOLE.format(file=path), deadline=120).status == 0 for path in reversed(found)):
            return SO
        return Look(so=False, seen="none that is whole and fresh", diff=f"+ {KEPT}/etcd-{self.cluster_id}-….db\n")

    def do(self, hosts: Hosts) -> None:
        tools = hosts.etcd_tools.of(hosts.first)
        # Saved where etcd's container sees it too, under a name that no member reads; and kept under another name
        # than its own until it is whole: a cut connection must not leave half a database under the name that an
        # operator would restore from. The two folders may be two disks.
        saved, new = f"{self.data}/.kubeadm-ha.snapshot", f"{KEPT}/.etcd.new"
        hosts.first.check(
            f"umask 077; trap 'rm -f {saved} {saved}.part' EXIT; trap 'exit 75' HUP INT TERM\n"
            f"mkdir -p -m 0700 {KEPT} && rm -f {new} {saved} {saved}.part || exit\n"
            f"{tools.etcdctl('snapshot', 'save', saved)} >&2 || exit\n"
            # Images of etcd 3.5 may be without etcdutl; its etcdctl still knows the word.
            f"{tools.command('etcdutl', 'snapshot', 'status', saved)} >&2"
            f" || {tools.command('etcdctl', 'snapshot', 'status', saved)} >&2 || exit\n"
            f"mv -T {saved} {new} && chown 0:0 {new} && chmod 0600 {new} && sync {new} || exit\n"
            f"{_WHOLE.format(file=new)} || {{ echo 'what was saved is not whole' >&2; exit 1; }}\n"
            f"mv -nT {new} {KEPT}/etcd-{self.cluster_id}-$(date -u +%Y%m%dT%H%M%SZ).db && sync {KEPT}",
            deadline=600,
        )


@dataclass(frozen=True)
class Learner:
    """The node is a member of etcd, by its peer URL: as a learner where it has to be added."""

    node: str
    peer_url: str

    def __str__(self) -> str:
        return f"{self.node}: member of etcd at {self.peer_url}, first as a learner"

    def look(self, hosts: Hosts) -> Look:
        if member_at(hosts, self.peer_url):
            return SO
        return Look(so=False, seen="no member has this peer URL", diff=f"+ learner {self.node} {self.peer_url}\n")

    def do(self, hosts: Hosts) -> None:
        def refused() -> str:
            # "unhealthy cluster" is the answer for a while after a member has joined: wait, ask again. An
            # answer that never came may still have added it, hence the look in front of every try.
            if not member_at(hosts, self.peer_url):
                hosts.etcdctl("member", "add", self.node, "--learner", f"--peer-urls={self.peer_url}")
            return ""

        wait_until(f"etcd accepting {self.node} as a learner", refused, 60)


@dataclass(frozen=True)
class Voter:
    """The member at this peer URL has caught up and votes.

    `settled`: it has also been connected for as long as etcd asks before it takes the next member. It waits for that
    as a learner: between two voters and three no master may be lost, and that time is kept short so.
    """

    node: str
    peer_url: str
    settled: bool = False

    def __str__(self) -> str:
        return f"{self.node}: its etcd member votes"

    def look(self, hosts: Hosts) -> Look:
        member = member_at(hosts, self.peer_url)
        if member is None:
            return Look(so=False, seen="it is no member yet", diff=f"+ voter {self.node}\n")
        if member.learner:
            return Look(so=False, seen="it is a learner still", diff=f"- learner {self.node}\n+ voter {self.node}\n")
        return SO

    def do(self, hosts: Hosts) -> None:
        connected: float | None = None

        def still_learning() -> str:
            nonlocal connected
            member = member_at(hosts, self.peer_url)
            if member is None:
                return "it is no member"
            if not member.learner:
                return ""
            # It says its name to the others once it is connected, and opens its client port after that. With a vote
            # before, that first word may meet an election, and the next one comes seven seconds later.
            if not member.name:
                return "it has not started"
            connected = connected or time.monotonic()
            if self.settled and time.monotonic() - connected < HEALTH_SECONDS:
                return f"etcd takes the next member once this one is connected for {HEALTH_SECONDS:g} s"
            hosts.etcdctl("member", "promote", member.id)
            return ""

        wait_until(f"{self.node}'s etcd catching up with the leader", still_learning, CATCHING_UP_SECONDS)


@dataclass(frozen=True)
class Serving(Awaited):
    """The node's own member answers its clients a linearizable read.

    Later than being a voter: a member opens its client port only when its name has gone through raft.
    """

    node: str

    deadline = 60.0

    def __str__(self) -> str:
        return f"{self.node}: its etcd member serves clients"

    def missing(self, hosts: Hosts) -> str:
        try:
            result = hosts.etcd_tools.run(hosts.fleet[self.node], "--command-timeout=3s", "endpoint", "health")
        except NoEtcdToolsError as error:  # its container has not started
            return str(error)
        return "" if result.status == 0 else (result.stderr.strip().splitlines() or ["it does not answer"])[-1]


def member_at(hosts: Hosts, peer_url: str) -> etcd.Member | None:
    """The member with this peer URL, as the first master's etcd knows it."""
    listed = etcd.member_list(hosts.etcdctl("member", "list", "-w", "json"))
    return next((member for member in listed.members if peer_url in member.peer_urls), None)
