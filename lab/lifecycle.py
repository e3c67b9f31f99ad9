"""The lab's commands, in the order of their parts."""

from concurrent.futures import ThreadPoolExecutor

from lab import btrfs, cgroups, cluster, components, golden, host, identity, machine, network, processes, record, ssh, toolchain
from lab.hosts import Host, Hosts
from lab.places import Places
from lab.progress import Progress
from lab.record import Record


def up(places: Places, hosts: Hosts, progress: Progress) -> None:
    """Bring the lab up: start hosts that are off; where there is no whole cluster, make one from nothing."""
    found = record.read()
    if not (found and found.whole):
        reset(places, hosts, progress)
        return
    off = [each for each in hosts.all if not host.runs(places, each)]
    for each in off:
        start(places, each, hosts, progress)
    progress.say(f"the lab is up: {'started ' + ', '.join(each.name for each in off) if off else 'nothing to do'}")


def reset(places: Places, hosts: Hosts, progress: Progress) -> None:
    """A fresh cluster with one master, on fresh hosts."""
    places.state.mkdir(parents=True, exist_ok=True)
    built = components.build_all(places.cache, toolchain.find(places.cache, progress), progress)
    our_record = Record(str(places.state), str(hosts.path), Record.boot_now())
    record.write(our_record)
    machine.keep(places)
    btrfs.mount(places)
    golden_host = golden.make(places, built, progress)
    identity.make(places, hosts)
    with progress.stage(f"fresh hosts: {', '.join(each.name for each in hosts.all)}"):
        _remove_hosts(places)
        network.make_bridge()
        for each in hosts.all:
            host.make(places, each, hosts, golden_host)
            host.start(places, each, hosts)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda each: ssh.wait_until_it_answers(each, str(places.console(each.name))), hosts.all))
    cluster.make(hosts, progress)
    record.write(Record(our_record.state, our_record.nodes_file, our_record.boot, whole=True))
    progress.say(f"the lab is up: {len(hosts.all)} hosts, one master ({hosts.first_master.name}), all Ready")


def down(places: Places, progress: Progress) -> None:
    """Remove all that the lab made on the machine but its cache, which lies in LAB_CACHE and on the unmounted disk."""
    with progress.stage("taking the lab down"):
        btrfs_was_there = places.disk_image.exists()
        if btrfs_was_there:
            btrfs.mount(places)
        _remove_hosts(places)
        network.remove_all()
        cgroups.remove()
        btrfs.unmount(places)
        machine.put_back(places)
        record.forget()
    progress.say("the lab is down; what it has built stays in its cache")


def kill(places: Places, each: Host, progress: Progress) -> None:
    ran = host.cut_power(places, each)
    progress.say(f"{each.name}: {'its power is cut' if ran else 'was off already'}")


def start(places: Places, each: Host, hosts: Hosts, progress: Progress) -> None:
    with progress.stage(f"starting {each.name}"):
        host.start(places, each, hosts)
        ssh.wait_until_it_answers(each, str(places.console(each.name)))


def _remove_hosts(places: Places) -> None:
    """Remove every host on the lab's disk, also those that nodes.yaml no longer names."""
    roots = [path for path in (places.disk / "hosts").glob("*") if path.is_dir()]
    for root in roots:
        processes.kill(root)
    for root in roots:
        btrfs.delete(root, places.disk)
        root.with_name(f".#{root.name}.lck").unlink(missing_ok=True)  # systemd-nspawn's, which a power loss leaves
        places.console(root.name).unlink(missing_ok=True)
