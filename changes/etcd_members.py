"""etcd's membership, one member at a time: a snapshot first, then learner, then voter.

A learner has no vote, so a wrong peer URL costs nothing; a wrong URL in a voter added to a cluster of one loses
quorum for good (etcd#6420). Members are known by their peer URL, the one thing that is the same before and after
a member has started; its name is empty until then, its id is not ours to predict.
"""

import json
from dataclasses import dataclass

from changes.change import SO, Look
from formats import etcd
from nodes.hosts import KEPT, Hosts, etcdctl_command
from nodes.waiting import wait_until

SNAPSHOT = f"{KEPT}/etcd-before.db"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of the first master's etcd from before the first change, its own hash checked.

    It holds every Secret of the cluster: it stays on the node, readable by root alone, and is never overwritten.
    """

    node: str

    def __str__(self) -> str:
        return f"{self.node}: a verified snapshot of etcd at {SNAPSHOT}"

    def look(self, hosts: Hosts) -> Look:
        status = hosts.first.run(f"etcdutl snapshot status {SNAPSHOT} -w json", deadline=120)
        if status.status == 0 and json.loads(status.stdout)["totalKey"] > 0:
            return SO
        return Look(so=False, seen="no snapshot whose hash is right", diff=f"+ {SNAPSHOT}\n")

    def do(self, hosts: Hosts) -> None:
        # Under another name until it is whole and its hash is right: a cut connection must not leave half a
        # database under the name that an operator would restore from.
        new = f"{SNAPSHOT}.new"
        save = etcdctl_command("snapshot", "save", new)
        hosts.first.check(
            f"umask 077; mkdir -p -m 0700 {KEPT} && rm -f {new} && {save}"
            f" && etcdutl snapshot status {new} >&2 && sync {new} && mv -T {new} {SNAPSHOT}",
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
            # "unhealthy cluster" is the answer for five seconds after a member has joined: wait, ask again. An
            # answer that never came may still have added it, hence the look in front of every try.
            if not member_at(hosts, self.peer_url):
                hosts.etcdctl("member", "add", self.node, "--learner", f"--peer-urls={self.peer_url}")
            return ""

        wait_until(f"etcd accepting {self.node} as a learner", refused, 60)


@dataclass(frozen=True)
class Voter:
    """The member at this peer URL has caught up and votes."""

    node: str
    peer_url: str

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
        def still_learning() -> str:
            member = member_at(hosts, self.peer_url)
            if member is None:
                return "it is no member"
            if member.learner:
                hosts.etcdctl("member", "promote", member.id)
            return ""

        wait_until(f"{self.node}'s etcd catching up with the leader", still_learning, 300)


@dataclass(frozen=True)
class Serving:
    """The node's own member answers its clients a linearizable read.

    Later than being a voter: a member opens its client port only when its name has gone through raft, and where that
    first try meets no leader the next one comes seven seconds after.
    """

    node: str

    def __str__(self) -> str:
        return f"{self.node}: its etcd member serves clients"

    def look(self, hosts: Hosts) -> Look:
        missing = self._missing(hosts)
        return Look(so=False, seen=missing, diff=f"+ {self}\n") if missing else SO

    def do(self, hosts: Hosts) -> None:
        wait_until(str(self), lambda: self._missing(hosts), 60)

    def _missing(self, hosts: Hosts) -> str:
        result = hosts.fleet[self.node].run(etcdctl_command("--command-timeout=3s", "endpoint", "health"))
        return "" if result.status == 0 else (result.stderr.strip().splitlines() or ["it does not answer"])[-1]


def member_at(hosts: Hosts, peer_url: str) -> etcd.Member | None:
    """The member with this peer URL, as the first master's etcd knows it."""
    listed = etcd.member_list(hosts.etcdctl("member", "list", "-w", "json"))
    return next((member for member in listed.members if peer_url in member.peer_urls), None)
