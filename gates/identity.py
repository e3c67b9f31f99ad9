"""Which cluster this is, for the report; what cannot be read is "unknown", and stops nothing."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from nodes.hosts import Hosts, kubectl_command

UNKNOWN = "unknown"

log = logging.getLogger("runbook")


@dataclass(frozen=True)
class Identity:
    """The uid of namespace kube-system, and the versions that the first master's apiserver and its etcd give."""

    uid: str
    kubernetes: str
    etcd: str


# Before step 1 has made the cluster.
NONE_YET = Identity("none yet", "none yet", "none yet")

IDENTITY = pytest.StashKey[Identity]()


def identify(hosts: Hosts) -> Identity:
    reader, server = hosts.fleet.reader, hosts.api_url(hosts.first_master)

    def kubectl(*arguments: str) -> str:
        return reader(hosts.first_master).check(kubectl_command(server, *arguments))

    def etcdctl(*arguments: str) -> str:
        return hosts.etcd_tools.read(reader(hosts.etcd_master), arguments)[0]

    return Identity(
        uid=_word(lambda: json.loads(kubectl("get", "namespace", "kube-system", "-o", "json"))["metadata"]["uid"]),
        kubernetes=_word(lambda: json.loads(kubectl("get", "--raw", "/version"))["gitVersion"]),
        etcd=_word(lambda: json.loads(etcdctl("endpoint", "status", "-w", "json"))[0]["Status"]["version"]),
    )


def _word(find: Callable[[], object]) -> str:
    try:
        return str(find())
    except Exception as error:  # the cases will say what is wrong; here it is only a word in the report
        log.warning("not known for the report: %s: %s", type(error).__name__, error)
        return UNKNOWN
