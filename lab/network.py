"""The hosts' network: one bridge, and for every host a namespace with its own address, and a route to each of the others.

Each address is a /32 with routes of its own, so that addresses of different networks, such as the article's, are neighbours
and nothing else of those networks is taken away from the machine. All that the lab makes carries its mark (an alias) or its
prefix, which is how it is found again after a crash.
"""

import json
from typing import Any

from lab.command import CommandFailed, run
from lab.hosts import Host, Hosts

BRIDGE = "lab0"
MARK = "kubeadm-ha-lab"  # the alias of the lab's interfaces on the machine
MACHINE = "169.254.77.1"  # the machine's own address on the bridge, and the hosts' default route


def namespace(host: Host) -> str:
    return f"lab-{host.name}"


def interface(host: Host) -> str:
    """The machine's end of the host's cable."""
    return f"lab-{host.name}"


def make_bridge() -> None:
    if BRIDGE in own_interfaces():
        return
    _batch(
        f"link add {BRIDGE} type bridge forward_delay 0",
        f"link set {BRIDGE} alias {MARK}",
        f"address add {MACHINE}/32 dev {BRIDGE}",
        f"link set {BRIDGE} up",
    )


def attach(host: Host, hosts: Hosts) -> None:
    """Give the host a fresh namespace and plug it into the bridge."""
    detach(host)
    name, cable = namespace(host), interface(host)
    _batch(
        f"netns add {name}",
        f"link add {cable} type veth peer name eth0 netns {name}",
        f"link set {cable} alias {MARK} master {BRIDGE} up",
        f"route replace {host.address}/32 dev {BRIDGE} src {MACHINE}",
    )
    _batch(
        "link set lo up",
        f"address add {host.address}/32 dev eth0",
        "link set eth0 up",
        f"route add {MACHINE}/32 dev eth0 src {host.address}",
        *(f"route add {other.address}/32 dev eth0 src {host.address}" for other in hosts.all if other != host),
        f"route add default via {MACHINE} dev eth0 src {host.address}",
        namespace=name,
    )
    run(["ip", "netns", "exec", name, "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"])


def detach(host: Host) -> None:
    """Take the host's cable and namespace away, if they are there."""
    if interface(host) in own_interfaces():
        run(["ip", "link", "delete", interface(host)])
    if namespace(host) in _namespaces():
        run(["ip", "netns", "delete", namespace(host)])


def remove_all() -> None:
    """Take away everything that carries the lab's mark or prefix; the machine's routes go with the bridge."""
    for name in own_interfaces():
        try:
            run(["ip", "link", "delete", name])
        except CommandFailed as error:
            if "Cannot find device" not in error.stderr:  # its namespace died and took it along
                raise
    for name in _namespaces():
        if name.startswith("lab-"):
            run(["ip", "netns", "delete", name])


def own_interfaces() -> set[str]:
    return {link["ifname"] for link in _show("link") if link.get("ifalias") == MARK}


def _namespaces() -> set[str]:
    return {entry["name"] for entry in _show("netns")}


def _show(what: str, *words: str) -> list[dict[str, Any]]:
    said = run(["ip", "-json", what, "show" if what != "netns" else "list", *words])
    parsed: list[dict[str, Any]] = json.loads(said or "[]")
    return parsed


def _batch(*lines: str, namespace: str = "") -> None:
    inside = ["-netns", namespace] if namespace else []
    run(["ip", *inside, "-batch", "-"], stdin="\n".join(lines).encode())
