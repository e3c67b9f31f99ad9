"""The hosts' network: a switch in a namespace of its own, and for every host a namespace and a cable.

Each address is a /32 with a route to each of the others, so that addresses of different networks, such as the
article's, are neighbours, and nothing else of those networks is taken away from the machine. The machine has
one cable to the switch; its firewall and its forwarding have no say in what the hosts send each other.
"""

import json
import os
from typing import Any

from lab.command import run
from lab.hosts import Host, Hosts

CABLE = "lab0"  # the machine's end of its cable to the switch
MARK = "kubeadm-ha-lab"  # CABLE's alias: says whose it is
MACHINE = "169.254.77.1"  # the machine's address on CABLE, and the hosts' default route
SWITCH = MARK  # the switch's namespace, in which cables are named after their hosts


def namespace(host: Host) -> str:
    return f"{MARK}-{host.name}"


def make_switch() -> None:
    """Make the switch, with the machine plugged in, in place of whatever is left of an earlier one."""
    remove_all()
    _batch(f"netns add {SWITCH}")
    _batch(
        f"link add {CABLE} type veth peer name MACHINE",
        f"link set {CABLE} alias {MARK}",  # while it is in here: the machine never sees it without
        f"link set {CABLE} netns {os.getpid()}",
        "link add SWITCH type bridge forward_delay 0",  # in capitals, as no host is
        "link set SWITCH up",
        "link set MACHINE master SWITCH up",
        inside=SWITCH,
    )
    _batch(f"address add {MACHINE}/32 dev {CABLE}", f"link set {CABLE} up")


def attach(host: Host, hosts: Hosts) -> None:
    """Give the host a fresh namespace, and a cable to the switch."""
    detach(host)
    name = namespace(host)
    _batch(f"netns add {name}")
    _batch(
        f"link add {host.name} type veth peer name eth0 netns {name}",
        f"link set {host.name} master SWITCH up",
        inside=SWITCH,
    )
    _batch(
        "link set lo up",
        f"address add {host.address}/32 dev eth0",
        "link set eth0 up",
        f"route add {MACHINE}/32 dev eth0 src {host.address}",
        *(f"route add {other.address}/32 dev eth0 src {host.address}" for other in hosts.all if other != host),
        f"route add default via {MACHINE} dev eth0 src {host.address}",
        inside=name,
    )
    run(["ip", "netns", "exec", name, "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"])
    _batch(f"route replace {host.address}/32 dev {CABLE} src {MACHINE}")


def detach(host: Host) -> None:
    """Take the host's namespace away, if it is there; its cable goes with it."""
    _delete_namespaces(namespace(host))
    if SWITCH in _namespaces() and any(link["ifname"] == host.name for link in _links(SWITCH)):
        _batch(f"link delete {host.name}", inside=SWITCH)


def remove_all() -> None:
    """Take away all that the lab made; routes and bridge go with their interfaces and namespaces."""
    for name in own_interfaces():
        run(["ip", "link", "delete", name])
    _delete_namespaces(*(name for name in _namespaces() if name == SWITCH or name.startswith(f"{MARK}-")))


def own_interfaces() -> set[str]:
    """The lab's interfaces on the machine, known by their mark."""
    return {link["ifname"] for link in _links() if link.get("ifalias") == MARK}


def name_is_taken() -> bool:
    """Whether something else on the machine has the name of the lab's interface."""
    return CABLE in {link["ifname"] for link in _links()} - own_interfaces()


def _delete_namespaces(*names: str) -> None:
    for name in names:
        if name in _namespaces():
            run(["ip", "netns", "delete", name])


def _namespaces() -> set[str]:
    return {entry["name"] for entry in _json("netns", "list")}


def _links(inside: str = "") -> list[dict[str, Any]]:
    return _json(*(["-netns", inside] if inside else []), "link", "show")


def _json(*words: str) -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = json.loads(run(["ip", "-json", *words]) or "[]")
    return parsed


def _batch(*lines: str, inside: str = "") -> None:
    """Do all lines in one process, in the namespace `inside` if one is named."""
    run(["ip", *(["-netns", inside] if inside else []), "-batch", "-"], stdin="\n".join(lines).encode())
