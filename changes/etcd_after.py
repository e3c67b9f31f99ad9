"""What is left of the old etcd once the apiserver has left it: its proof, its leases, its data."""

import json
import shlex
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from changes.change import SO, Change, Look
from changes.etcd_keys import again
from changes.etcd_mirror import ended
from changes.placing import place
from formats import etcd
from nodes.commands import CommandFailed
from nodes.etcd_tools import NoEtcdToolsError
from nodes.hosts import KEPT, Hosts
from nodes.switch import AWAY, FOLDER, OLD_ETCD, PROOF, is_switched
from nodes.waiting import wait_until

LEASED = f"{FOLDER}/leased"
ETCD_MANIFEST = "/etc/kubernetes/manifests/etcd.yaml"


@dataclass(frozen=True)
class Proved:
    """What the switch saw under its fence, kept on the first master: the gate and every later run read it."""

    node: str
    cluster_id: str
    new_member: str

    def __str__(self) -> str:
        return f"{self.node}: the proof of the switch, in {PROOF}"

    def look(self, hosts: Hosts) -> Look:
        if hosts.first.run(f"test -e {PROOF}").status == 0:
            return SO
        return Look(so=False, seen="no such file", diff=f"+ {PROOF}\n")

    def do(self, hosts: Hosts) -> None:
        seen = json.loads(hosts.first.check(f"cat {FOLDER}/proof"))
        listed = etcd.member_list(hosts.etcdctl("member", "list", "-w", "json", on=self.new_member))
        proof = etcd.Proof(from_cluster=self.cluster_id, to_cluster=listed.cluster_id, **seen)
        place(hosts.first, PROOF, proof.text.encode(), 0o600)


# How long each lease of the old etcd goes on; nothing where that etcd is gone: no reason to leave keys without one.
_LEFT = r"""
{functions}
cut -d ' ' -f 1 {leased} | sort -u | while read -r lease; do
  left=$(old lease timetolive "$(printf %x "$lease")" -w json </dev/null | grep -o '"ttl":[0-9]*' | cut -d : -f 2)
  echo "$lease ${{left:-0}}"
done
"""

# Of its input a line is: a lease of the old etcd, the seconds that it has left, a key. `put --ignore-value` binds a key
# and leaves its value; one that is gone by now would fail all others of its transaction, so that these are tried one by
# one.
_BOUND = r"""
set -u
new() {{ {new} "$@"; }}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/leased"
bound() {{ {{ echo; sed "s/^/put --ignore-value --lease=$1 /"; echo; echo; }} | new txn >/dev/null 2>&1; }}
cut -d ' ' -f 1,2 "$work/leased" | sort -u | while read -r lease left; do
  granted=$(new lease grant "$left" </dev/null | cut -d ' ' -f 2)
  grep "^$lease " "$work/leased" | cut -d ' ' -f 3- | split -l 100 - "$work/batch."
  for batch in "$work"/batch.*; do
    bound "$granted" < "$batch" || while read -r key; do echo "$key" | bound "$granted"; done < "$batch"
    rm -f "$batch"
  done
done
"""

# An apiserver writes its own address anew every ten seconds: nothing that somebody still renews may be gone by then.
SHORTEST_SECONDS = 15


@dataclass(frozen=True)
class LeasesAgain:
    """Keys that had a lease in the old etcd have one in the new cluster, for the time that was left to them.

    The mirror copies values and no leases, and a key without one lives for ever. In a cluster of Kubernetes those are
    events, and the apiservers' addresses, which each apiserver binds again by itself within ten seconds. The old etcd
    need not be there any more: `new_member` is asked on its own host.
    """

    node: str
    new_member: str
    deadline = 600.0

    def __str__(self) -> str:
        return f"{self.node}: keys that had a lease have one in the new etcd cluster"

    def look(self, hosts: Hosts) -> Look:
        if not is_switched(hosts.first):
            return Look(so=False, seen="which keys have one is known at the switch", diff="")
        if hosts.first.run(f"test -e {AWAY}").status == 0:
            return SO  # the old etcd went after they were bound
        free = self._free(hosts)
        return Look(so=False, seen=f"{len(free)} keys have none", diff=f"~ {len(free)} leases\n") if free else SO

    def do(self, hosts: Hosts) -> None:
        left: dict[str, int] = {}
        with suppress(NoEtcdToolsError):
            script = _LEFT.format(functions=f'old() {{ {again(hosts)} "$@"; }}', leased=LEASED)
            listed = hosts.first.check(f"bash -c {shlex.quote(script)}", deadline=self.deadline)
            left = {lease: int(seconds) for lease, seconds in map(str.split, listed.splitlines())}
        lines = [
            f"{lease} {max(left.get(lease, 0), SHORTEST_SECONDS)} {key}\n" for key, lease in self._free(hosts).items()
        ]
        there = hosts.fleet[self.new_member]
        script = _BOUND.format(new=again(hosts, on=self.new_member))
        there.check(f"bash -c {shlex.quote(script)}", stdin="".join(lines).encode(), deadline=self.deadline)

    def _free(self, hosts: Hosts) -> dict[str, str]:
        """The lease that it had, by key, of each that has none now."""
        had = hosts.first.check(f"cat {LEASED} 2>/dev/null || true").splitlines()
        if not had:
            return {}
        leased = {key: lease for lease, _, key in (line.partition(" ") for line in had)}
        now: dict[str, str] = {}
        for prefix in kinds(leased):
            found = hosts.etcd_tools.without_values(hosts.fleet[self.new_member], prefix, "--prefix")
            now |= etcd.leases(found)
        return {key: lease for key, lease in leased.items() if now.get(key) == "0"}


def kinds(keys: Iterable[str]) -> list[str]:
    """What keys, each in etcdctl's quotes, begin with: few in a cluster of Kubernetes, and no need to read the rest."""
    begun = {"/".join(key.removeprefix('"').split("/")[:3]) for key in keys}
    # Quoted, a key is itself up to the first backslash.
    return sorted({prefix.partition("\\")[0].removesuffix('"') for prefix in begun})


@dataclass(frozen=True)
class AfterTheSwitch:
    """A change for which the old etcd, as long as it serves, would be taken for what is to come in its place."""

    change: Change

    @property
    def node(self) -> str:
        return self.change.node

    def __str__(self) -> str:
        return str(self.change)

    def look(self, hosts: Hosts) -> Look:
        if is_switched(hosts.first):
            return self.change.look(hosts)
        return Look(so=False, seen="the switch comes before it", diff=f"~ {self.change}\n")

    def do(self, hosts: Hosts) -> None:
        self.change.do(hosts)


@dataclass(frozen=True)
class OldEtcdAway:
    """The old etcd no longer runs, and its database stands renamed beside where it was."""

    node: str
    data: str
    cluster_id: str

    def __str__(self) -> str:
        return f"{self.node}: the old etcd taken away, its data kept in {self.kept}"

    @property
    def kept(self) -> str:
        return f"{self.data}/member.of-{self.cluster_id}"

    def look(self, hosts: Hosts) -> Look:
        # Not by what stands in etcd's folder: the new member's data will stand there, and the old may be removed.
        if hosts.first.run(f"test -e {AWAY}").status == 0 or self._is_another_there(hosts):
            return SO
        return Look(so=False, seen="it runs still", diff=f"- {ETCD_MANIFEST}\n~ {self.data}/member → {self.kept}\n")

    def do(self, hosts: Hosts) -> None:
        first, data, kept = hosts.first, shlex.quote(self.data), shlex.quote(self.kept)
        with suppress(NoEtcdToolsError):  # where the old etcd has ended, so has whatever ran beside it
            first.check(ended(hosts))
        first.check(
            f"set -e; [ ! -e {ETCD_MANIFEST} ] || {{ cp -p {ETCD_MANIFEST} {OLD_ETCD}.new; sync {OLD_ETCD}.new;"
            f" mv -T {OLD_ETCD}.new {OLD_ETCD}; sync {KEPT}; }}; rm -f {ETCD_MANIFEST}"
        )
        wait_until("the old etcd ending", lambda: self._runs(hosts), 60)
        first.check(f"set -e; [ -e {kept} ] || mv -T {data}/member {kept}; sync {data}; touch {AWAY}; sync {KEPT}")

    def _is_another_there(self, hosts: Hosts) -> bool:
        """A member of the new cluster: its manifest and data are not to be taken away, whatever was written down."""
        try:
            answer = hosts.etcdctl("endpoint", "status", "-w", "json", on=self.node)
        except (NoEtcdToolsError, CommandFailed):
            return False
        return etcd.statuses(answer)[0].cluster_id != self.cluster_id

    def _runs(self, hosts: Hosts) -> str:
        return "it runs still" if hosts.first.run("ss -Hltn 'sport = :2379' | grep -q .").status == 0 else ""
