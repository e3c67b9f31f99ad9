"""A new etcd cluster beside the one that serves: empty, and at a revision that the old one will never come to.

A client of the API remembers the revision that it has seen last. Would the new cluster begin at 1, it would show it
old revisions as new ones, and caches would be stale for hours (kubernetes#107457, kubernetes#131115). So each member
begins from the snapshot of an empty database that etcdutl restores at a higher revision, marked as compacted: who asks
for an older one is told to list anew.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from changes.change import SO, Look
from nodes.hosts import KEPT, Hosts

# etcdutl's own advice for --bump-revision (etcd.io, "Disaster recovery"): above what a day of writes can add.
AHEAD = 1_000_000_000

WORK = f"{KEPT}/new-etcd"
# Stays there: whose database that is which lies in etcd's data directory.
TOKEN = f"{WORK}/token"

_CONTAINER = "kubeadm-ha-empty-etcd"

# The empty database is made by the very etcd that will serve, in a container of its own without a network: it listens
# on sockets inside, and is gone before anything is restored.
_BORN = r"""
set -eu
umask 077
work={work} data={data}
gone() {{
  ctr -n k8s.io tasks rm -f {container} || true
  ctr -n k8s.io containers rm {container} || true
}} >/dev/null 2>&1
new="$data/.kubeadm-ha.new"
trap 'gone; rm -rf "$work/empty.db" "$work/empty.db.part" "$new"' EXIT
trap 'exit 75' HUP INT TERM
if [ -e "$data/member" ]; then echo "$data holds a database already" >&2; exit 1; fi
gone
rm -rf "$work" "$new"; mkdir -p "$work" "$data"; chmod 0700 "$data"
ctr -n k8s.io run --detach --mount type=bind,src="$work",dst=/work,options=rbind:rw {image} {container} \
  etcd --name=empty --data-dir=/empty --listen-client-urls=unix://client:0 --advertise-client-urls=unix://client:0 \
  --listen-peer-urls=unix://peer:0 --initial-advertise-peer-urls=unix://peer:0 --initial-cluster=empty=unix://peer:0 >&2
saved() {{
  ctr -n k8s.io tasks exec --exec-id "save-$1" {container} \
    etcdctl --endpoints=unix://client:0 --command-timeout=5s snapshot save /work/empty.db >"$work/said" 2>&1
}}
tries=0
until saved $tries; do
  tries=$((tries + 1)); [ $tries -lt 40 ] || {{ tail -n 1 "$work/said" >&2; exit 1; }}
  sleep 0.25
done
gone
# Beside its place: whether a file system of its own is there or not, it comes there whole, by one rename.
ctr -n k8s.io run --rm --mount type=bind,src="$work",dst=/work,options=rbind:rw \
  --mount type=bind,src="$data",dst=/data,options=rbind:rw {image} {container} \
  etcdutl snapshot restore /work/empty.db --data-dir=/data/.kubeadm-ha.new --name={name} \
  --initial-advertise-peer-urls={url} --initial-cluster={cluster} --initial-cluster-token={token} \
  --bump-revision={ahead} --mark-compacted >&2
printf '%s\n' {token} > "$work/token.new"
sync "$work/token.new"
mv -T "$work/token.new" "$work/token"
sync "$work"
sync -f "$new"
mv -T "$new/member" "$data/member"
sync "$data"
"""


@dataclass(frozen=True)
class NewMember:
    """The data directory of a member of the new cluster, as nobody has written to it yet.

    cluster  the peer URL of each of its members, by name
    token    tells this cluster from every other one, and a directory of ours from somebody else's
    ahead    the revision that it begins at, beyond that of an empty database; the same for every member
    """

    node: str
    cluster: Mapping[str, str]
    token: str
    ahead: int
    image: str
    data: str

    def __str__(self) -> str:
        return f"{self.node}: an empty member of the new etcd cluster"

    def look(self, hosts: Hosts) -> Look:
        there = hosts.fleet[self.node].run(f"test -e {shlex.quote(self.data)}/member").status == 0
        token = hosts.fleet[self.node].run(f"cat {TOKEN}").stdout.strip()
        if there and token == self.token:
            return SO
        seen = "a database of somebody else's is there" if there else "no database"
        return Look(so=False, seen=seen, diff=f"+ {self.data}/member, empty, from revision {self.ahead} on\n")

    def do(self, hosts: Hosts) -> None:
        members = ",".join(f"{name}={url}" for name, url in self.cluster.items())
        script = _BORN.format(
            container=_CONTAINER,
            work=shlex.quote(WORK),
            data=shlex.quote(self.data),
            image=shlex.quote(self.image),
            name=shlex.quote(self.node),
            url=shlex.quote(self.cluster[self.node]),
            cluster=shlex.quote(members),
            token=shlex.quote(self.token),
            ahead=self.ahead,
        )
        hosts.fleet[self.node].check(script, deadline=120)
