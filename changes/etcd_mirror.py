"""The old etcd's data, copied key by key into the new cluster, and kept equal until the switch.

`etcdctl make-mirror` runs on the first master as a transient unit, so that it outlives the connection that started it.
It copies every key as of one revision and follows from there, deletions included. Three things it does not do are seen
to here: it dies without a word (etcd#13511), its first copy deletes nothing in the target, and two of them at the same
time would write old values over new ones.
"""

import logging
import shlex
from dataclasses import dataclass

from changes.change import SO, Look
from changes.etcd_following import Following, MirrorEndedError, lasting, told
from formats import etcd
from nodes.etcd_tools import OWN
from nodes.hosts import Hosts
from nodes.switch import is_switched
from nodes.waiting import NeverCameError

log = logging.getLogger("runbook")

UNIT = "kubeadm-ha-mirror"

# etcdctl gives up after five seconds otherwise, and a large database takes longer.
PATIENT = "--command-timeout=110s"
# One that ends by itself three times will not come through a fourth time.
TRIES = 3

# The process in etcd's container outlives a client that was killed; the unit's end must be its end.
_ENDED = """
systemctl stop {unit} 2>/dev/null; systemctl reset-failed {unit} 2>/dev/null
{kill}
true
"""


@dataclass(frozen=True)
class Mirrored:
    """Every key of the old etcd is in the new cluster, with its value, and what is written follows.

    `target` are the new members' client URLs; the mirror writes to the last of them. Clients go on writing, so that all
    keys at once are equal under the fence alone; here none may differ twice with the same value.
    """

    node: str
    target: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.node}: its etcd's data in the new cluster"

    def look(self, hosts: Hosts) -> Look:
        if is_switched(hosts.first):
            return SO
        if not self._runs(hosts):
            return Look(so=False, seen="no mirror runs", diff=f"+ etcdctl make-mirror {self.target[-1]}\n")
        old, new = self._following(hosts).extents()
        if new.keys < old.keys:
            return Look(so=False, seen=f"{new.keys} of {old.keys} keys", diff=f"~ {old.keys - new.keys} keys\n")
        left = lasting(hosts, self.target)
        return Look(so=False, seen=f"not equal yet: {told(left)}", diff="") if left else SO

    def do(self, hosts: Hosts) -> None:
        for _ in range(TRIES):
            if not self._runs(hosts):
                self._begin_anew(hosts)
            try:
                self._following(hosts).through()
            except MirrorEndedError as error:
                ended = str(error)
                log.warning("%s: the mirror is begun anew: %s", self.node, ended)
                self.end(hosts)
            else:
                return
        raise NeverCameError(f"{self}: the mirror ended {TRIES} times; last: {ended}")

    def _following(self, hosts: Hosts) -> Following:
        return Following(hosts, self.target, lambda: "" if self._runs(hosts) else self._last_words(hosts))

    def end(self, hosts: Hosts) -> None:
        hosts.first.check(ended(hosts))

    def _runs(self, hosts: Hosts) -> bool:
        return hosts.first.run(f"systemctl is-active {UNIT}").status == 0

    def _begin_anew(self, hosts: Hosts) -> None:
        """On an empty target: what was deleted since an earlier copy would come back otherwise."""
        tools = hosts.etcd_tools.of(hosts.first)
        self.end(hosts)
        if is_switched(hosts.first):  # the one moment in which emptying the target would be the end of everything
            raise AssertionError(f"{self}: the apiserver is on the new etcd already")
        old, new = (
            etcd.statuses(hosts.first.check(tools.etcdctl("endpoint", "status", "-w", "json", endpoints=urls)))
            for urls in ((OWN,), self.target[-1:])
        )
        if old[0].cluster_id == new[0].cluster_id:
            raise AssertionError(f"{self}: {self.target[-1]} is the cluster that is to be copied")
        hosts.first.check(tools.etcdctl("del", "", "--from-key", PATIENT, endpoints=self.target), deadline=120)
        # What was deleted takes room until it is compacted and given back: a third copy would not fit into the quota.
        (now,) = etcd.statuses(
            hosts.first.check(tools.etcdctl("endpoint", "status", "-w", "json", endpoints=self.target[-1:]))
        )
        compact = tools.etcdctl("compact", "--physical", f"{now.revision}", PATIENT, endpoints=self.target)
        compacted = hosts.first.run(compact, deadline=120)
        if "has been compacted" not in compacted.stderr:  # as it is where nothing was there to be deleted
            compacted.checked()
        hosts.first.check(tools.etcdctl("defrag", PATIENT, endpoints=self.target), deadline=120)
        mirror = tools.etcdctl(
            "make-mirror",
            "--no-dest-prefix",
            "--dest-insecure-transport=false",
            f"--dest-cacert={tools.pki}/ca.crt",
            f"--dest-cert={tools.pki}/server.crt",
            f"--dest-key={tools.pki}/server.key",
            self.target[-1],
            process=UNIT,
        )
        hosts.first.check(f"systemd-run -q --unit={UNIT} --property=KillMode=mixed {mirror}")

    def _last_words(self, hosts: Hosts) -> str:
        said = hosts.first.check(f"journalctl -q -o cat -u {UNIT} -n 20").splitlines()
        errors = [line for line in said if "rror" in line]
        return (errors or said or ["it said nothing"])[-1][:300]


def ended(hosts: Hosts) -> str:
    """The command that ends the mirror, with its process in etcd's container."""
    tools = hosts.etcd_tools.of(hosts.first)
    kill = ""
    if tools.runtime == "ctr":
        given = shlex.join(["--exec-id", UNIT, tools.container])
        kill = f"ctr -n k8s.io tasks kill -s SIGKILL {given} 2>/dev/null; ctr -n k8s.io tasks rm {given} 2>/dev/null"
    return _ENDED.format(unit=UNIT, kill=kill)
