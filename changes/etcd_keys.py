"""Every key of two etcd clusters, compared by its value, from a host that reaches both.

The values are secrets of the cluster: they go through pipes on that host and nowhere else. What is told is names.
"""

from collections.abc import Sequence

from nodes.etcd_tools import OWN
from nodes.hosts import Hosts

# etcdctl prints keys and values quoted, a line each, so that a line of both is a key with its value and nothing else.
# Read whole: in_the_way refuses a database that is too large for that.
# comm counts on etcd's own order, which is that of the bytes.
LISTED = r"""
old() {{ {old} "$@"; }}
new() {{ {new} "$@"; }}
everything() {{ "$1" get '' --from-key -w fields; }}
values() {{ grep -E '^"(Key|Value)" : ' | paste -d ' ' - -; }}
differing() {{
  comm -3 --nocheck-order <(everything old | values) <(everything new | values) |
    sed 's/^\t//; s/^"Key" : \("[^"]*"\).*/\1/' | sort -u
}}
"""


def functions(hosts: Hosts, target: Sequence[str]) -> str:
    """The shell's `old` and `new`, etcdctl at the first master's own etcd and at `target`, and what is made of them."""
    tools = hosts.etcd_tools.of(hosts.first)
    # Each call needs a name of its own, and this line is run more than once.
    return LISTED.format(
        old=tools.etcdctl(endpoints=(OWN,), process=_NAMED).replace(_NAMED, _RANDOM),
        new=tools.etcdctl(endpoints=target, process=_NAMED).replace(_NAMED, _RANDOM),
    )


_NAMED = "kubeadm-ha-process"
_RANDOM = '"kubeadm-ha-$BASHPID-$RANDOM$RANDOM"'


def unlike(hosts: Hosts, target: Sequence[str], deadline: float) -> frozenset[str]:
    """Keys that one side alone has, or of which the two have different values, as of this moment.

    Clients write meanwhile: a key that is named once may only have been on its way.
    """
    script = f"export LC_ALL=C\n{functions(hosts, target)}\ndiffering"
    return frozenset(hosts.first.check(f"bash -c {quoted(script)}", deadline=deadline).splitlines())


def quoted(script: str) -> str:
    return "'" + script.replace("'", "'\\''") + "'"
