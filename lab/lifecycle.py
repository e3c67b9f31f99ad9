"""What the lab's commands do, in the order of their parts."""

import os
from concurrent.futures import ThreadPoolExecutor

from lab import (
    btrfs,
    cgroups,
    cluster,
    components,
    golden,
    host,
    identity,
    images,
    machine,
    network,
    processes,
    record,
    toolchain,
)
from lab.hosts import Host, Hosts
from lab.places import Places
from lab.progress import Progress
from lab.record import Record
from lab.refusals import Refusal
from lab.variant import USUAL, Variant


def up(places: Places, hosts: Hosts, progress: Progress) -> None:
    """Bring the lab up: start hosts that are off; where there is no whole cluster, make one from nothing."""
    found = record.read()
    if found and found.whole and found.hosts != Record.of(places, hosts).hosts:
        raise Refusal(f"{hosts.path} names other hosts than those that are up: `lab reset` makes them anew")
    if not (found and found.whole and all(host.is_made(places, each) for each in hosts.all)):
        reset(places, hosts, progress)
        return
    if not (hosts.key.exists() and hosts.known_hosts.exists()):
        identity.make(places, hosts)
        for each in hosts.all:
            identity.install(places, each, hosts, places.root(each.name))
    off = [each for each in hosts.all if not host.runs(places, each)]
    for each in off:
        start(places, each, hosts, progress)
    if not hosts.admin_conf.exists():
        cluster.fetch_admin_conf(hosts)
    progress.say(f"the lab is up: {'started ' + _names(off) if off else 'nothing to do'}")


def reset(places: Places, hosts: Hosts, progress: Progress, variant: Variant = USUAL, *, bare: bool = False) -> None:
    """A fresh cluster with one master, on fresh hosts; `bare`: the hosts alone, for the runbook to make it.

    Bare hosts are no whole lab: `up` after it makes a cluster of its own, on hosts of its own.
    """
    hosts = variant.seen_in(hosts)
    places.state.mkdir(parents=True, exist_ok=True)
    chosen = components.chosen(variant.components)
    programs = components.build(chosen, places.cache, toolchain.find(places.cache, progress), progress)
    own_record = Record.of(places, hosts, variant.name)
    own_record.write(whole=False)
    machine.prepare(places)
    btrfs.mount(places)
    golden_host = golden.make(places, chosen, programs, progress)
    identity.make(places, hosts)
    with progress.stage(f"booting fresh hosts: {_names(hosts.all)}"):
        _remove_hosts(places)
        network.make_switch()
        for each in hosts.all:
            host.make(places, each, hosts, golden_host, variant.missing_on(each, hosts))
            host.start(places, each, hosts)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda each: host.wait_until_up(places, each), hosts.all))
    if bare:
        hosts.admin_conf.unlink(missing_ok=True)
        progress.say(f"{len(hosts.all)} bare hosts are up, with kubeadm and no cluster")
        return
    cluster.make(hosts, images.Tags.of(chosen), variant, progress)
    own_record.write(whole=True)
    progress.say(f"the lab is up: {len(hosts.all)} hosts, one master ({hosts.first_master.name}), all Ready")
    if variant != USUAL:
        progress.say(f"variant {variant.name}: {variant.about}; the runbook's nodes.yaml for it is {hosts.nodes_file}")


def down(places: Places, progress: Progress) -> None:
    """Remove all that the lab has made on the machine but its cache and its disk, which is unmounted."""
    with progress.stage("taking the lab down"):
        _remove_hosts(places)
        network.remove_all()
        cgroups.remove()
        btrfs.unmount(places)
        machine.put_back(places)
        record.forget()
    progress.say(f"the lab is down; what was built stays in {places.cache} and {places.disk_image}")


def kill(places: Places, each: Host, progress: Progress) -> None:
    """Cut one host's power."""
    _refuse_unmade(places, each)
    ran = host.cut_power(places, each)
    progress.say(f"{each.name}: {'its power is cut' if ran else 'it was off already'}")


def start(places: Places, each: Host, hosts: Hosts, progress: Progress) -> None:
    """Boot one host again from its own disk."""
    _refuse_unmade(places, each)
    with progress.stage(f"starting {each.name}"):
        host.start(places, each, hosts)
        host.wait_until_up(places, each)


def _refuse_unmade(places: Places, each: Host) -> None:
    if not host.is_made(places, each):
        raise Refusal(f"there is no host {each.name} on this machine: `lab up` makes it")


def _remove_hosts(places: Places) -> None:
    """Remove every host on the lab's disk, also those that nodes.yaml no longer names."""
    if not os.path.ismount(places.disk):
        return
    roots = [path for path in (places.disk / "hosts").iterdir() if path.is_dir()]
    for root in roots:
        processes.kill(root)
    for root in roots:
        btrfs.delete(root, places.disk)
        root.with_name(f".#{root.name}.lck").unlink(missing_ok=True)  # systemd-nspawn's own
        places.console(root.name).unlink(missing_ok=True)


def _names(hosts: tuple[Host, ...] | list[Host]) -> str:
    return ", ".join(each.name for each in hosts)
