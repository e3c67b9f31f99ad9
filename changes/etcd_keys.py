"""Every key of two etcd clusters, compared by its value, from a host that reaches both.

The values are secrets of the cluster: they go through pipes on that host and nowhere else. What is told is names.
"""

import shlex
from collections.abc import Sequence

from nodes.etcd_tools import OWN
from nodes.hosts import Hosts

# etcdctl prints keys and values quoted, a line each, so that a line of both is a key with its value and nothing else.
# Read whole: in_the_way refuses a database that is too large for that.
# comm counts on etcd's own order, which is that of the bytes. It cannot tell a side that has broken off from one that
# is through, and two that broke off at once would be equal: so each has a last word of its own.
LISTED = r"""
old() {{ {old} "$@"; }}
new() {{ {new} "$@"; }}
everything() {{ "$1" get '' --from-key -w fields --command-timeout={seconds}s; }}
values() {{ sed -n -E '/^"(Key|Value)" : /p' | paste -d ' ' - -; }}
side() {{ everything "$1" | values && echo "$1 was read to its end"; }}
differing() {{ comm -3 --nocheck-order <(side old) <(side new) | awk 'NR <= {most}'; }}
"""

# etcdctl's own five are not enough to read a database whole.
READ_SECONDS = 60

# A large database, read whole twice.
COMPARING_SECONDS = 300.0

# More than that, and it is enough to know of these.
MOST = 200

_NAMED = "kubeadm-ha-process"
_RANDOM = '"kubeadm-ha-$BASHPID-$RANDOM$RANDOM"'

# A line a key, with a digest of what is there on that side: nobody learns a value, and who looks twice sees whether it
# is still the same one.
_UNLIKE = r"""
set -o pipefail
export LC_ALL=C
{functions}
differing | {{
  lines=0 ends=0
  while IFS= read -r line; do
    lines=$((lines + 1))
    case $line in *'"Key" : '*) ;; *) ends=$((ends + 1)); continue ;; esac
    key=${{line#*'"Key" : '}}
    printf '%s %s\n' "${{key%%' "Value" : '*}}" "$(printf %s "$line" | sha256sum | cut -c 1-16)"
  done
  [ $ends -eq 2 ] || [ $lines -ge {most} ] || {{ echo 'a side was not read to its end' >&2; exit 1; }}
}}
"""


def functions(hosts: Hosts, target: Sequence[str]) -> str:
    """The shell's `old` and `new`, etcdctl at the first master's own etcd and at `target`, and what is made of them."""
    return LISTED.format(most=MOST, seconds=READ_SECONDS, old=again(hosts), new=again(hosts, endpoints=target))


def again(hosts: Hosts, *arguments: str, endpoints: Sequence[str] = (OWN,), on: str = "") -> str:
    """etcdctl as a word of a script on the first master, or another, that may run it more than once.

    Each time its process has another name.
    """
    tools = hosts.etcd_tools.of(hosts.fleet[on] if on else hosts.first)
    return tools.etcdctl(*arguments, endpoints=endpoints, process=_NAMED).replace(_NAMED, _RANDOM)


def unlike(hosts: Hosts, target: Sequence[str]) -> frozenset[str]:
    """Keys that one side alone has, or of which the two have different values, as of this moment.

    Each stands in quotes, with a digest of the value behind it.

    Clients write meanwhile, and the two sides are not read at the same instant: what is the same when it is looked at
    again was not on its way.
    """
    script = _UNLIKE.format(functions=functions(hosts, target), most=MOST)
    return frozenset(hosts.first.check(f"bash -c {shlex.quote(script)}", deadline=COMPARING_SECONDS).splitlines())
