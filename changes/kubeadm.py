"""kubeadm, run on a node to its end whatever becomes of the connection, and what it is asked for there."""

import re
from collections.abc import Sequence

from nodes.commands import CommandFailed
from nodes.hosts import ADMIN, KEPT, Hosts
from nodes.secret import Secret
from nodes.session import Session

LOG = f"{KEPT}/kubeadm.log"
LOCK = "/run/kubeadm-ha-kubeadm.lock"
SECONDS = 900.0

# kubeadm goes on when its operator's connection ends: what it says goes to a file, and whoever comes next waits for it.
# That file is for root alone. What kubeadm makes has the modes that it chooses, whatever root's own umask is, for
# certificates are public. Its preflight takes what a killed run has left for somebody else's, and is left out then.
_SCRIPT = r"""
umask 077
mkdir -p -m 0700 {kept}
exec 9>>{lock}
flock -w 300 9 || {{ echo "a kubeadm of an earlier run has not ended in five minutes" >&2; exit 75; }}
date -u '+--- %FT%TZ' >> {log}
umask 022
preflight=
for path in {begun}; do [ ! -e "$path" ] || preflight=--skip-phases=preflight; done
{command} $preflight >> {log} 2>&1 && exit
status=$?
tail -n 15 {log} >&2
exit $status
"""


class UnfinishedError(Exception):
    """kubeadm did not come to its end; says where its words stand and what to do."""


def run(session: Session, command: str, begun: Sequence[str], stdin: Secret | None = None) -> None:
    """Run kubeadm on the session's host; where one of the paths `begun` is there, without its preflight.

    Raises UnfinishedError, and as Session.run does.
    """
    script = _SCRIPT.format(command=command, begun=" ".join(begun), log=LOG, kept=KEPT, lock=LOCK)
    try:
        session.check(script, stdin=stdin, deadline=SECONDS)
    except CommandFailed as error:
        raise UnfinishedError(
            f"{_complaint(error)}: all that it said stands in {LOG} on {session.name}: mend that and run the same"
            " command again, which goes on from there; or give it up with `kubeadm reset` there, and begin anew"
        ) from None


def _complaint(error: CommandFailed) -> str:
    """kubeadm's errors out of all that it said: behind them it advises to ask for a stack trace."""
    errors = [line.strip() for line in error.stderr.splitlines() if re.match(r"\s*(\[ERROR |error)", line)]
    return "; ".join(errors) or last_words(error)


def last_words(error: CommandFailed) -> str:
    """The last thing that a command said."""
    return (error.stderr.strip() or error.stdout.strip() or str(error)).splitlines()[-1]


def silent(hosts: Hosts) -> str:
    """Why the API cannot be asked; empty where it answers."""
    if hosts.first.run(f"test -s {ADMIN}").status != 0:
        return "no cluster is there"
    try:
        hosts.kubectl("get", "--raw", "/readyz")
    except CommandFailed as error:
        return f"the API does not answer: {last_words(error)}"
    return ""
