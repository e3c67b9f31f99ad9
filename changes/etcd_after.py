"""What is left of the old etcd once the apiserver has left it: its proof, its leases, its data."""

import json
import shlex
from contextlib import suppress
from dataclasses import dataclass

from changes.change import SO, Change, Look
from changes.etcd_keys import functions
from changes.etcd_mirror import ended
from changes.placing import place
from formats import etcd
from nodes.etcd_tools import NoEtcdToolsError
from nodes.hosts import Hosts
from nodes.switch import FOLDER, OLD_ETCD, PROOF, is_switched
from nodes.waiting import wait_until

AWAY = f"{FOLDER}/old-etcd-is-away"
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


# A key without a lease lives for ever. `put --ignore-value` binds it and leaves its value; a key that is gone by now
# would fail all others of its transaction, so that these are tried one by one.
_BOUND = r"""
set -u
{listed}
folder={folder}
bound() {{ {{ echo; sed "s/^/put --ignore-value --lease=$1 /"; echo; echo; }} | new txn >/dev/null 2>&1; }}
cut -d ' ' -f 1 "$folder/leased" | sort -u | while read -r lease; do
  left=$(old lease timetolive "$(printf %x "$lease")" -w json </dev/null | grep -o '"ttl":[0-9]*' | cut -d : -f 2)
  granted=$(new lease grant "${{left:-60}}" </dev/null | cut -d ' ' -f 2)
  grep "^$lease " "$folder/leased" | cut -d ' ' -f 2- | split -l 100 - "$folder/batch."
  for batch in "$folder"/batch.*; do
    bound "$granted" < "$batch" || while read -r key; do echo "$key" | bound "$granted"; done < "$batch"
    rm -f "$batch"
  done
done
"""

_FREE = r"""
{listed}
everything new |
  awk -F ' : ' '$1 == "\"Key\"" {{ key = $2 }} $1 == "\"Lease\"" && $2 == 0 {{ print key }}' |
  LC_ALL=C sort | LC_ALL=C comm -12 - <(cut -d ' ' -f 2- {folder}/leased | LC_ALL=C sort)
"""


@dataclass(frozen=True)
class LeasesAgain:
    """Keys that had a lease in the old etcd have one in the new cluster, for the time that was left to them.

    The mirror copies values and no leases. In a cluster of Kubernetes those are events, and the apiservers' addresses,
    which each apiserver binds again by itself within ten seconds.
    """

    node: str
    target: tuple[str, ...]
    deadline = 600.0

    def __str__(self) -> str:
        return f"{self.node}: keys that had a lease have one in the new etcd cluster"

    def look(self, hosts: Hosts) -> Look:
        if hosts.first.run(f"test -e {FOLDER}/leased").status != 0:
            return Look(so=False, seen="which keys have one is known at the switch", diff="")
        if hosts.first.run(f"test -e {AWAY}").status == 0:
            return SO  # the old etcd went after they were bound
        free = self._run(hosts, _FREE).splitlines()
        return Look(so=False, seen=f"{len(free)} keys have none", diff=f"~ {len(free)} leases\n") if free else SO

    def do(self, hosts: Hosts) -> None:
        self._run(hosts, _BOUND)

    def _run(self, hosts: Hosts, script: str) -> str:
        command = script.format(listed=functions(hosts, self.target), folder=FOLDER)
        return hosts.first.check(f"bash -c {shlex.quote(command)}", deadline=self.deadline)


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
        if hosts.first.run(f"test -e {AWAY}").status == 0:
            return SO
        return Look(so=False, seen="it runs still", diff=f"- {ETCD_MANIFEST}\n~ {self.data}/member → {self.kept}\n")

    def do(self, hosts: Hosts) -> None:
        first, data, kept = hosts.first, shlex.quote(self.data), shlex.quote(self.kept)
        with suppress(NoEtcdToolsError):  # where the old etcd has ended, so has whatever ran beside it
            first.check(ended(hosts))
        first.check(
            f"set -e; [ -e {OLD_ETCD} ] || {{ cp -p {ETCD_MANIFEST} {OLD_ETCD}.new; sync {OLD_ETCD}.new;"
            f" mv -T {OLD_ETCD}.new {OLD_ETCD}; }}; rm -f {ETCD_MANIFEST}"
        )
        wait_until("the old etcd ending", lambda: self._runs(hosts), 60)
        first.check(f"set -e; [ -e {kept} ] || mv -T {data}/member {kept}; sync {data}; touch {AWAY}; sync {AWAY}")

    def _runs(self, hosts: Hosts) -> str:
        return "it runs still" if hosts.first.run("ss -Hltn 'sport = :2379' | grep -q .").status == 0 else ""
