"""Programs that look at the network."""

from collections.abc import Mapping

from nodes.allowed.judge import ANY, NAME, Judge
from nodes.grammar import Form

_IP_FLAGS = "-4 -6 -o -oneline -j -json --json -p -pretty -br -brief -d -details -s -stats"
_IP_THINGS = ("link", "address", "addr", "route", "rule", "neighbour", "neigh")


def _ip(verb: str, operands: str | None) -> Form:
    return Form(verb, _IP_FLAGS, "-f -family", operands, long_dash=True)


PROGRAMS: Mapping[str, tuple[Judge, ...]] = {
    "ip": (
        *(_ip(f"{thing} {verb}", r"[^-].*") for thing in _IP_THINGS for verb in ("show", "list", "ls")),
        *(_ip(thing, None) for thing in _IP_THINGS),  # lists, as long as no word follows
        _ip("route get", r"[^-].*"),
    ),
    "nc": (Form(flags="-z", valued="-w", needs="-z", operands=NAME),),
    "nginx": (Form(flags="-v -V", needs="-v -V"),),
    "ping": (Form(valued="-c -W", needs="-c", operands=NAME),),
    # not among them: -K closes the sockets that it finds, -D writes a file, -E never ends
    "ss": (
        Form(
            flags="-H -O -n -r -a -l -o -e -m -p -i -s -4 -6 -t -u -w -x -0 --no-header --oneline --numeric "
            "--resolve --all --listening --options --extended --memory --processes --info --summary --ipv4 --ipv6 "
            "--tcp --udp --raw --unix",
            valued="-f --family -A --query",
            operands=ANY,
        ),
    ),
}
