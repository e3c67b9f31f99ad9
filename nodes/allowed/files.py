"""Programs that look at files."""

import re
from collections.abc import Mapping, Sequence

from nodes.allowed.judge import ANY, Judge
from nodes.grammar import Form, acts_when_opened


def _test(arguments: Sequence[str]) -> bool:
    """`test -e FILE` and its like. Never more: bash evaluates what stands in `test -v 'a[$(…)]'`."""
    return len(arguments) == 2 and re.fullmatch("-[bcdefghkLprSsuwx]", arguments[0]) is not None


_FIND_ALONE = "-print -print0 -prune -xdev -mount -depth -empty -readable -not ! -a -and -o -or ( ) -L -P -H"
_FIND_VALUED = (
    "-name -iname -path -ipath -regex -lname -type -maxdepth -mindepth -newer -mmin -mtime -cmin -ctime -size -perm "
    "-user -group -uid -gid -links -inum -samefile -printf"
)


def _find(arguments: Sequence[str]) -> bool:
    """find with tests and prints alone: -delete, -exec, -ok, -fprint and -fls are in none of its lists."""
    waiting = iter(arguments)
    for word in waiting:
        if word in _FIND_VALUED.split():
            if next(waiting, None) is None:
                return False
        elif word.startswith("-") and word not in _FIND_ALONE.split():
            return False
    return True


def _ssh_keygen(arguments: Sequence[str]) -> bool:
    """`ssh-keygen -y -f FILE` prints the public half of a key. Never more: without -y it writes one."""
    return len(arguments) == 3 and arguments[:2] == ["-y", "-f"] and not acts_when_opened(arguments[2])


PROGRAMS: Mapping[str, tuple[Judge, ...]] = {
    "base64": (Form(flags="-w0", valued="-w --wrap", operands=ANY, contents=True),),
    "cat": (Form(flags=None, operands=ANY, contents=True),),
    "df": (Form(flags="-a -h -i -k -l -P -T --output=", valued="-B --block-size -t --type", operands=ANY),),
    "find": (_find,),
    "grep": (
        Form(
            flags="-c -E -F -h -H -i -l -L -n -o -P -q -s -v -w -x",
            valued="-e -m -A -B -C",
            operands=ANY,
            contents=True,
        ),
    ),
    "ls": (Form(flags=None, operands=ANY),),
    "md5sum": (Form(flags=None, operands=ANY, contents=True),),
    "openssl": (
        Form(
            "x509",
            "-noout -subject -issuer -dates -startdate -enddate -serial -fingerprint -sha256 -sha1 -text -pubkey "
            "-purpose -hash -modulus",
            "-in -inform -ext -checkend -checkhost -checkip -nameopt -certopt -dateopt -outform",
            long_dash=True,
            contents=True,
        ),
        Form(
            "pkey",
            "-pubin -pubout -noout -check -text_pub",
            "-in -inform -outform",
            needs="-pubout -noout",  # with neither it prints the private key
            long_dash=True,
            contents=True,
        ),
    ),
    "readlink": (Form(flags=None, operands=ANY),),
    "realpath": (Form(flags=None, operands=ANY),),
    "sha256sum": (Form(flags=None, operands=ANY, contents=True),),
    "ssh-keygen": (_ssh_keygen,),
    "stat": (Form(flags=None, operands=ANY),),
    "test": (_test,),
}
