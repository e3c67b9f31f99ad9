"""What stands in the way of making a cluster: looked at on every host before the first change, all of it said at once.

Pure, a function a subject; each reason names the node, what was seen, and what to do.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from changes.ground import Ground
from formats import ports
from formats.creation import tolerates_swap
from formats.routes import networks
from nodes.consents import ETCD_VERSION, SINGLE_BALANCER
from nodes.first_master import CREATION
from nodes.inventory import Creation, Inventory, Role
from steps.in_the_way import addresses, balancers, workloads
from steps.in_the_way.etcd import below_floor
from steps.in_the_way.nodes import BALANCERS
from steps.in_the_way.refusal import asking

_OF_A_MASTER = (ports.APISERVER, ports.ETCD_CLIENT, ports.ETCD_PEER, ports.CONTROLLER_MANAGER, ports.SCHEDULER)
_OF_A_NODE = (ports.KUBELET, ports.KUBE_PROXY_HEALTH)

_Look: TypeAlias = Callable[[Ground, Creation, Inventory], Iterator[str]]

RESET = "if nobody needs it, `kubeadm reset` there"


def in_the_way(ground: Ground, wanted: Creation, inventory: Inventory, last_step: int) -> list[str]:
    """Every reason against making the cluster, and of those against steps up to `last_step` what can be seen yet."""
    looks: list[_Look] = [_leftovers, _programs, _system, _kubeadm]
    if not _is_begun(ground):
        looks += [_ranges, _ports]
    reasons = [*addresses.of_ipv6(inventory)]
    reasons += [reason for look in looks for reason in look(ground, wanted, inventory)]
    if last_step >= 2 and not inventory.cluster.etcd_image and ETCD_VERSION.name not in inventory.accept:
        reasons += [asking(ETCD_VERSION, reason) for reason in _etcd(ground)]
    if last_step >= 5:
        reasons += workloads.no_worker(ground, inventory)
    if last_step >= 6:
        reasons += [*balancers.taken(ground, inventory), *balancers.without_nginx(ground, inventory)]
        if SINGLE_BALANCER.name not in inventory.accept:
            reasons += [asking(SINGLE_BALANCER, reason) for reason in balancers.alone(ground, inventory)]
    return reasons


def _is_begun(ground: Ground) -> bool:
    """Whether an earlier run has come as far as kubeadm init."""
    return bool(ground.begun and ground.bare[ground.first].signs)


def _leftovers(ground: Ground, _wanted: Creation, _inventory: Inventory) -> Iterator[str]:
    begun = _is_begun(ground)
    if begun and ground.begun != ground.configuration:
        yield (
            f"{ground.first}: kubeadm init was begun there with another configuration ({CREATION}) than nodes.yaml"
            " gives now: write what it was; or give it up with `kubeadm reset` on every node, and begin anew"
        )
    authority = ground.bare[ground.first].ca
    for name, one in ground.bare.items():
        if not begun and one.signs:
            yield f"{name}: signs of another cluster ({', '.join(one.signs)}): {RESET}"
        elif begun and name != ground.first and one.signs and one.ca != authority:
            yield f"{name}: it belongs to another cluster than {ground.first} ({', '.join(one.signs)}): {RESET}"
        if not begun and one.cni:
            yield f"{name}: another pod network's configuration ({', '.join(one.cni)}): remove it, or pods would use it"


def _programs(ground: Ground, wanted: Creation, _inventory: Inventory) -> Iterator[str]:
    version = wanted.cluster.version
    for name, one in ground.bare.items():
        for program in sorted({*one.missing, *one.machine.missing} - BALANCERS):
            yield f"{name}: no {program} on the PATH of root: install it"
        for program, found in (("kubeadm", one.kubeadm), ("kubelet", one.kubelet)):
            if program not in one.missing and found != version:
                yield (
                    f"{name}: {program} is {found or 'of no version that it tells'}, nodes.yaml's create.version"
                    f" {version}: install that one, or write the other"
                )


def _system(ground: Ground, wanted: Creation, _inventory: Inventory) -> Iterator[str]:
    for name, one in ground.bare.items():
        if one.containerd != "active":
            yield f"{name}: containerd is {one.containerd}: start it (`systemctl enable --now containerd`)"
        if one.swap and not tolerates_swap(wanted.cluster):
            yield (
                f"{name}: it swaps to {', '.join(one.swap)}: `swapoff -a` and its line out of /etc/fstab; or"
                " `failSwapOn: false` in a KubeletConfiguration"
            )
        if not one.forwards:
            yield f"{name}: the kernel does not forward packets: net.ipv4.ip_forward = 1 in /etc/sysctl.d"


def _kubeadm(ground: Ground, _wanted: Creation, _inventory: Inventory) -> Iterator[str]:
    if ground.complaint:
        yield f"{ground.first}: kubeadm does not take the configuration: {ground.complaint}"


def _ranges(ground: Ground, wanted: Creation, _inventory: Inventory) -> Iterator[str]:
    """Whoever has an address in one of the cluster's ranges could not be reached from its pods, nor reach them."""
    cluster = wanted.cluster
    for what, text in (("pod_subnet", cluster.pod_subnet), ("service_subnet", cluster.service_subnet)):
        for one in networks(text.split(",")):
            for name, machine in ground.bare.items():
                met = [f"the route {route}" for route in machine.routes if route.network.overlaps(one)]
                met += [f"its address {address}" for address in machine.addresses if address.ip in one]
                if met:
                    yield f"{name}: {what} {one} overlaps {', '.join(met)}: choose another range"


def _ports(ground: Ground, _wanted: Creation, inventory: Inventory) -> Iterator[str]:
    for name, one in ground.bare.items():
        wanted = (*_OF_A_NODE, *(_OF_A_MASTER if inventory.nodes[name].role is Role.MASTER else ()))
        taken = [str(port) for port in wanted if port in one.machine.listening]
        if taken:
            yield f"{name}: something listens on port {', '.join(taken)} already: stop it"


def _etcd(ground: Ground) -> Iterator[str]:
    """Told before a cluster is made that step 2 would then refuse."""
    for image in ground.images:
        name, _, tag = image.rpartition(":")
        if name.endswith("/etcd") and (floor := below_floor(tag)):
            yield (
                f"create.configuration: kubeadm takes etcd {re.sub('-[0-9]+$', '', tag)}, older than {floor}"
                " (GHSA-6vch-q96h-7gc3), with which step 2 does not begin: name a newer one's tag as"
                " etcd.local.imageTag in a ClusterConfiguration"
            )
