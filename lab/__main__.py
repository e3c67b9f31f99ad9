"""The lab's command line: python -m lab up | reset | down | status | ssh NODE [-- COMMAND] | kill NODE | start NODE."""

import argparse
import os
import shlex
import sys

from lab import hosts as inventory
from lab import lifecycle, machine_checks, record, ssh, status
from lab.command import CommandFailed
from lab.places import NODES_FILE, Places
from lab.progress import Progress
from lab.refusals import Refusal

REFUSED, FAILED = 2, 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="real hosts on this machine, to rehearse on")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    verbs.add_parser("up", help="bring the lab up: hosts and a cluster with one master; leaves alone what is up already")
    verbs.add_parser("reset", help="fresh hosts and a fresh cluster with one master")
    verbs.add_parser("down", help="remove the lab from the machine; keeps what was built")
    verbs.add_parser("status", help="what is there, and what is missing")
    for verb, text in (
        ("ssh", "a shell on NODE, or one command"),
        ("kill", "cut NODE's power"),
        ("start", "start NODE again after kill"),
    ):
        verb_parser = verbs.add_parser(verb, help=text)
        verb_parser.add_argument("node", metavar="NODE")
        if verb == "ssh":
            verb_parser.add_argument("command", metavar="-- COMMAND", nargs=argparse.REMAINDER)
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except Refusal as refusal:
        sys.stderr.write(f"lab: {refusal}\n")
        return REFUSED
    except (CommandFailed, TimeoutError) as failure:
        sys.stderr.write(f"lab: {failure}\n")
        return FAILED


def _run(arguments: argparse.Namespace) -> int:
    places, progress = Places.from_environment(), Progress()
    hosts = inventory.load(NODES_FILE)
    if arguments.verb == "ssh":
        node = hosts.named(arguments.node)
        words = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
        line = ssh.line(node, hosts, *([shlex.join(words)] if len(words) > 1 else words))
        os.execvp(line[0], line)  # noqa: S606 - the client takes this process's place
    machine_checks.linux_and_root()
    if arguments.verb == "status":
        return status.show(places, hosts)
    with record.only_one():
        machine_checks.our_lab(places, hosts)
        if arguments.verb in ("up", "reset"):
            machine_checks.room(places)
            machine_checks.btrfs_possible()
            machine_checks.install_tools(progress)
            machine_checks.addresses_free(hosts)
            (lifecycle.up if arguments.verb == "up" else lifecycle.reset)(places, hosts, progress)
        elif arguments.verb == "down":
            lifecycle.down(places, progress)
        elif arguments.verb == "kill":
            lifecycle.kill(places, hosts.named(arguments.node), progress)
        else:
            lifecycle.start(places, hosts.named(arguments.node), hosts, progress)
    return 0


if __name__ == "__main__":
    sys.exit(main())
