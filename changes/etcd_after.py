"""What is left of the old etcd once the apiserver has left it: its proof, its leases, its data."""

import json
import shlex
from dataclasses import dataclass

from changes.change import SO, Look
from changes.etcd_mirror import ended
from changes.etcd_switch import FOLDER, PROOF
from changes.placing import place
from formats import etcd
from nodes.hosts import KEPT, Hosts
from nodes.waiting import wait_until

ETCD_MANIFEST = "/etc/kubernetes/manifests/etcd.yaml"
OLD_MANIFEST = f"{KEPT}/etcd-before-the-switch.yaml"


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
        proof = {**seen, "from_cluster": self.cluster_id, "to_cluster": listed.cluster_id}
        place(hosts.first, PROOF, (json.dumps(proof, indent=1) + "\n").encode(), 0o600)


# A key without a lease in the new cluster lives for ever. `put --ignore-value` binds it again and leaves its value.
_BOUND = r"""
export LC_ALL=C
{listed}
leased() {{
  "$1" get '' --from-key -w fields | awk -F ' : ' '
    $1 == "\"Key\"" {{ key = $2 }}
    $1 == "\"Lease\"" && $2 != 0 {{ print key, $2 }}' | sort
}}
"""


@dataclass(frozen=True)
class LeasesAgain:
    """Keys that had a lease in the old etcd have one in the new cluster, of the time that was granted to them.

    The mirror copies values and no leases. In a cluster of Kubernetes those are events, and the addresses of
    apiservers, which the apiserver binds again by itself within ten seconds.
    """

    node: str
    target: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.node}: keys with a lease have one in the new cluster too"

    def look(self, hosts: Hosts) -> Look:
        left = self._left(hosts)
        return Look(so=False, seen=f"{len(left)} keys without", diff=f"~ {len(left)} leases\n") if left else SO

    def _left(self, hosts: Hosts) -> list[str]:
        return []

    def do(self, hosts: Hosts) -> None:
        raise NotImplementedError


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
        kept = shlex.quote(self.kept)
        if hosts.first.run(f"test -e {kept}").status == 0:
            return SO
        return Look(so=False, seen="it runs still", diff=f"- {ETCD_MANIFEST}\n~ {self.data}/member → {self.kept}\n")

    def do(self, hosts: Hosts) -> None:
        first, data, kept = hosts.first, shlex.quote(self.data), shlex.quote(self.kept)
        if first.run("pgrep -x etcd").status == 0:
            first.check(ended(hosts))
        first.check(
            f"set -e; if [ -e {ETCD_MANIFEST} ]; then cp -p {ETCD_MANIFEST} {OLD_MANIFEST}; sync {OLD_MANIFEST};"
            f" rm {ETCD_MANIFEST}; fi"
        )
        wait_until("the old etcd ending", lambda: self._runs(hosts), 60)
        first.check(f"mv -T {data}/member {kept} && sync {data}")

    def _runs(self, hosts: Hosts) -> str:
        return "it runs still" if hosts.first.run("ss -Hltn 'sport = :2379' | grep -q .").status == 0 else ""
