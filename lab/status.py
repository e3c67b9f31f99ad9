"""What `python -m lab status` says."""

import sys

from lab import cluster, host, record, ssh
from lab.hosts import Hosts
from lab.places import Places


def show(places: Places, hosts: Hosts) -> int:
    """Print a line a host and one for the cluster; gives 0 if all is up, else 1."""
    found = record.read()
    if not found:
        sys.stdout.write("no lab is up; bring one up with `python -m lab up`\n")
        return 1
    well = True
    for each in hosts.all:
        runs, answers = host.runs(places, each), ssh.answers(each)
        well &= runs and answers
        state = "up" if answers else "booting or not reachable" if runs else "off"
        sys.stdout.write(f"{each.name:12} {each.address:16} {each.role:8} {state}\n")
    missing = cluster.what_is_missing(hosts) if ssh.answers(hosts.first_master) else ["the first master is off"]
    sys.stdout.write(f"cluster: {'; '.join(missing) or 'every node is Ready, CoreDNS is available'}\n")
    return 0 if well and not missing else 1
