"""Programs that look at the system: its services, processes, packages, clock, settings."""

import re
from collections.abc import Mapping, Sequence

from nodes.allowed.judge import ANY, NAME, Judge
from nodes.grammar import Form


def _command(arguments: Sequence[str]) -> bool:
    """`command -v NAME` alone: without -v it runs what it names."""
    return len(arguments) == 2 and arguments[0] == "-v" and re.fullmatch(r"[\w./+-]+", arguments[1]) is not None


def _service(arguments: Sequence[str]) -> bool:
    """`service NAME status`, for which it runs a script of that name: a name, then, and no path."""
    name, *rest = arguments or ("",)
    return rest == ["status"] and re.fullmatch(r"[A-Za-z0-9][\w@.-]*", name) is not None


_JOURNALCTL = Form(
    flags="-a --all -b --boot --boot= -k --dmesg -q --quiet -r --reverse -x --no-pager --no-hostname --utc "
    "--list-boots --disk-usage --show-cursor",
    valued="-u --unit -t --identifier -n --lines -o --output -S --since -U --until -p --priority -g --grep "
    "-c --cursor --after-cursor --output-fields",
    operands=r"[A-Z_]+=.*",
)

_SYSTEMCTL_VERBS = "show is-active is-enabled is-failed cat status list-units list-unit-files list-timers"


def _systemctl(verb: str) -> Form:
    return Form(
        verb,
        "-a --all -l --full -q --quiet --value --no-pager --no-legend --plain",
        "-p --property -P -t --type --state -n --lines -o --output",
        operands=ANY,
    )


PROGRAMS: Mapping[str, tuple[Judge, ...]] = {
    "chronyc": (Form("tracking", "-n -c"), Form("sources", "-n -c")),
    "command": (_command,),
    # with an operand that does not begin with + it sets the clock
    "date": (Form(flags="-u --utc -R --iso-8601 --iso-8601=", valued="-d --date -r", operands=r"\+.*"),),
    "dpkg": (Form(flags="-s --status -l --list -L --listfiles", operands=ANY),),
    "dpkg-query": (
        Form(flags="-W --show -s --status -l --list -L --listfiles", valued="-f --showformat", operands=ANY),
    ),
    "getent": (Form(operands=NAME),),
    # with an operand it sets the name
    "hostname": (Form(flags="-f -s -d -i -I -A --fqdn --short --all-ip-addresses"),),
    "id": (Form(flags=None, operands=NAME),),
    "journalctl": (_JOURNALCTL,),
    "ps": (Form(flags=None, operands=ANY),),
    "service": (_service,),
    # without = in it: `sysctl a=b` writes, with or without -w
    "sysctl": (Form(flags="-n -a -e -N", operands=r"[A-Za-z0-9_./-]+"),),
    "systemctl": tuple(_systemctl(verb) for verb in _SYSTEMCTL_VERBS.split()),
    "systemd-analyze": (Form("verify", operands=NAME),),
    "timedatectl": (Form("show", "-a --all --value --no-pager", "-p --property"),),
    "uname": (Form(flags=None),),
}
