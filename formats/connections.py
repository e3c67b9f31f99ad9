"""What `ss -Htnp state established` prints."""

import re

# Recv-Q Send-Q Local Peer Process; the process column reads users:(("kubelet",pid=123,fd=9)).
_LINE = re.compile(r"^\d+\s+\d+\s+\S+\s+(?P<peer>\S+)\s+users:\(\((?P<users>.*)\)\)")
_PEER = re.compile(r"^\[?(?:::ffff:)?(?P<address>[0-9a-fA-F.:]+?)\]?(?:%\w+)?:(?P<port>\d+)$")


def peers(table: str, process: str) -> set[tuple[str, int]]:
    """Address and port of the other end of each established TCP connection of the processes with this name.

    ss cuts a process's name to 15 characters, as the kernel does; so is `process` here.
    """
    found = set()
    for line in table.splitlines():
        match = _LINE.match(line.strip())
        if match and f'"{process[:15]}"' in match["users"] and (peer := _PEER.match(match["peer"])):
            found.add((peer["address"], int(peer["port"])))
    return found
