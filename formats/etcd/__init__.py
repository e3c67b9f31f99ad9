"""What `etcdctl -w json` and `etcdutl -w json` of etcd 3.5 to 3.7 print, as values.

IDs become hexadecimal, as etcd's own log and etcdctl's other outputs write them. Endpoints that don't
answer are missing from the lists (the exit status tells), and a learner answers only `endpoint status`: ask
no learner for hashkv, health or a linearizable read.
"""

from formats.etcd.alarms import Alarm, alarms
from formats.etcd.endpoints import Extent, HashKV, Status, extent, hash_kv, leases, statuses
from formats.etcd.members import Member, MemberList, member_list
from formats.etcd.mirror import Begun, Proof
from formats.etcd.output import EtcdOutputError
from formats.etcd.snapshots import Snapshot, snapshot

__all__ = [
    "Alarm",
    "Begun",
    "EtcdOutputError",
    "Extent",
    "HashKV",
    "Member",
    "MemberList",
    "Proof",
    "Snapshot",
    "Status",
    "alarms",
    "extent",
    "hash_kv",
    "leases",
    "member_list",
    "snapshot",
    "statuses",
]
