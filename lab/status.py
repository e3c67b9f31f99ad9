"""What `python -m lab status` says."""

import sys

from lab import cluster, host, record, ssh
from lab.hosts import Hosts
from lab.places import Places


def show(places: Places, hosts: Hosts) -> int:
    """Print a line a host and one for the cluster; gives 0 if nothing is missing, else 1."""
    found = record.read()
    if not found:
        sys.stdout.write("no lab is up on this machine: `python -m lab up` brings one up\n")
        return 1
    lines, whole = [], True
    for each in hosts.all:
        answers = ssh.answers(each)
        state = "up" if answers else "no SSH server answers" if host.runs(places, each) else "off"
        lines.append(f"{each.name:12} {each.address:16} {each.role:8} {state}")
        whole = whole and answers
    if ssh.answers(hosts.first_master):
        missing = cluster.what_is_missing(hosts)
    else:
        missing = [f"{hosts.first_master.name}, whose API server is asked, does not answer"]
    if found.variant:
        lines.append(f"variant: {found.variant}")
    lines.append(f"cluster: {'; '.join(missing) or 'every node is Ready, CoreDNS is available'}")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if whole and not missing else 1
