"""What the rehearsals of the other road share: the ways in which it is hindered, and the looks at what comes of it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from formats import kubernetes
from nodes.hosts import Hosts
from nodes.switch import FOLDER, SWITCHED
from nodes.waiting import wait_until
from rehearsal import cluster
from rehearsal.runs import runbook
from tests.defects.shell import ETCDCTL

THE_SWITCH = "kube-apiserver on the new etcd cluster …"
THE_COPY = "its etcd's data in the new cluster …"

# In the default namespace, where nobody but the rehearsal writes: what differs has been lost, changed or has come back.
_KINDS = "configmaps,secrets,serviceaccounts,services,deployments"
_BUSY = "/kubeadm-ha-busy"


def cut_at(words: str, nodes: Path, view: Hosts, *arguments: str, then: Callable[[], str] = str) -> None:
    """A run whose connection to the first master is reset at these words, likewise, and that gets no other one."""
    ours = view.first.check("echo $SSH_CONNECTION").split()[1]
    _cut(f"in tcp dport 22 tcp sport != {ours} reject with tcp reset", words, nodes, view, *arguments, then=then)


def silent_at(words: str, nodes: Path, view: Hosts, *arguments: str, then: Callable[[], str] = str) -> None:
    """A run to which the first master says nothing any more from these words on, likewise."""
    ours = view.first.check("echo $SSH_CONNECTION").split()[1]
    _cut(f"out tcp sport 22 tcp dport != {ours} drop", words, nodes, view, *arguments, then=then)


def _cut(rule: str, words: str, nodes: Path, view: Hosts, *arguments: str, then: Callable[[], str]) -> None:
    chains = "".join(
        f" nft 'add chain inet cut {name} {{ type filter hook {name}put priority 0; }}';" for name in ("in", "out")
    )
    try:
        _lost(
            partial(view.first.check, f"nft add table inet cut;{chains} nft add rule inet cut {rule}"),
            words,
            nodes,
            *arguments,
            then=then,
        )
    finally:
        view.first.run("nft delete table inet cut")


def powerless_at(words: str, nodes: Path, *arguments: str, then: Callable[[], str] = str) -> None:
    """A run that loses the first master itself at these words, likewise; the host is started again behind it."""
    try:
        _lost(partial(cluster.lab, "kill", cluster.FIRST), words, nodes, *arguments, then=then)
    finally:
        cluster.lab("start", cluster.FIRST)


def _lost(deed: Callable[[], object], words: str, nodes: Path, *arguments: str, then: Callable[[], str]) -> None:
    """A run that fails of what is done to it."""
    done: list[str] = []

    def here(line: str) -> None:
        if words in line and not done:  # a failed case's log is printed again
            wait_until("the moment for it", then, 30)
            done.append(line)
            deed()

    run = runbook(*arguments, nodes=nodes, on_line=here)
    assert done
    assert run.status == 1, run.told


def apiserver(view: Hosts) -> str:
    """Its process and when it began."""
    return view.first.check("ps -o pid=,lstart= -C kube-apiserver")


def unfenced(view: Hosts) -> str:
    """Empty once writes pass, and nobody is there any more who would fence them or go back."""
    alarm = view.first.run(f"{ETCDCTL} alarm list")
    standing = view.first.run(f"test -e {FOLDER}/fenced").status == 0
    return alarm.stdout.strip() or alarm.stderr.strip() or ("the fence stands" if standing else "")


def fenced(view: Hosts) -> str:
    """Empty while they do not."""
    return "" if "NOSPACE" in view.first.check(f"{ETCDCTL} alarm list") else "no fence stands"


def behind(view: Hosts) -> str:
    """Empty once every kubelet has renewed its lease again, which it could not while writes were refused."""
    leases = kubernetes.leases(view.kubectl("-n", "kube-node-lease", "get", "leases", "-o", "json"))
    return ", ".join(lease.name for lease in leases if not lease.is_held(datetime.now(UTC)))


def switched(view: Hosts) -> str:
    """Empty once the switch is made."""
    return "" if view.first.run(f"test -e {SWITCHED}").status == 0 else "the old etcd serves"


def on_the_way_back(view: Hosts) -> str:
    """Empty once what served from the new members is taken away."""
    return "it serves from the new members" if view.first.run(f"test -e {SWITCHED}").status == 0 else ""


def mirrors(view: Hosts) -> str:
    """Empty while the mirror runs."""
    said = view.first.run("systemctl is-active kubeadm-ha-mirror").stdout.strip()
    return "" if said == "active" else f"the mirror is {said}"


def restless(view: Hosts) -> None:
    """For half a minute the old etcd does not come to rest: keys are deleted, which its alarm lets pass."""
    put = f"seq $from $((from + 99)) | sed 's,.*,put {_BUSY}/& x,'"
    view.first.check(f"for from in 1 101 201 301; do {{ echo; {put}; echo; echo; }} | {ETCDCTL} txn >/dev/null; done")
    delete = f"for n in $(seq 400); do {ETCDCTL} del {_BUSY}/$n; sleep 0.05; done"
    view.first.check(f"systemctl reset-failed busy 2>/dev/null; systemd-run -q --unit=busy sh -c '{delete}'")


def rested(view: Hosts) -> None:
    view.first.check(f"systemctl stop busy 2>/dev/null; {ETCDCTL} del --prefix {_BUSY}/")


@contextmanager
def unchanged(view: Hosts) -> Iterator[None]:
    """No object is another one afterwards, none is missing, none has come back."""
    before = objects(view)
    yield
    after = objects(view)
    assert (before - after, after - before) == (set(), set())


def objects(view: Hosts) -> set[str]:
    """A line each: its kind, name, id, and a digest over what it holds."""
    listed = json.loads(view.kubectl("get", _KINDS, "-o", "json", deadline=60))["items"]
    return {_line(each) for each in listed}


def _line(found: dict[str, object]) -> str:
    meta = found.pop("metadata")
    assert isinstance(meta, dict)
    found.pop("status", None)
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
    return f"{found['kind']}/{meta['name']} {meta['uid']} {digest}"
