"""Which cluster this is, for the report; what cannot be read is "unknown", and stops nothing."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from nodes.hosts import Hosts, etcdctl_command, kubectl_command

UNKNOWN = "unknown"

log = logging.getLogger("runbook")


@dataclass(frozen=True)
class Identity:
    """The uid of namespace kube-system, and the versions that the first master's apiserver and etcd give."""

    uid: str
    kubernetes: str
    etcd: str


IDENTITY = pytest.StashKey[Identity]()


def identify(hosts: Hosts) -> Identity:
    server = hosts.api_url(hosts.first_master)
    namespace = kubectl_command(server, "get", "namespace", "kube-system", "-o", "json")
    version = kubectl_command(server, "get", "--raw", "/version")
    status = etcdctl_command("endpoint", "status", "-w", "json")
    return Identity(
        uid=_read(hosts, namespace, lambda answer: answer["metadata"]["uid"]),
        kubernetes=_read(hosts, version, lambda answer: answer["gitVersion"]),
        etcd=_read(hosts, status, lambda answer: answer[0]["Status"]["version"]),
    )


def _read(hosts: Hosts, command: str, find: Callable[..., object]) -> str:
    try:
        return str(find(json.loads(hosts.fleet.reader(hosts.first_master).check(command))))
    except Exception as error:  # the cases will say what is wrong; here it is only a word in the report
        log.warning("not known for the report: %s: %s", type(error).__name__, error)
        return UNKNOWN
