"""The lab's command line: up, reset, down, status, ssh NODE [-- COMMAND], kill NODE, start NODE."""

import argparse
import os
import shlex
import signal
import sys
from types import FrameType

from lab import hosts as inventory
from lab import lifecycle, machine_checks, record, ssh, status, tools
from lab import variant as variants
from lab.command import CommandFailed
from lab.host import BootFailed
from lab.hosts import Hosts
from lab.places import NODES_FILE, Places
from lab.progress import Progress
from lab.refusals import Refusal

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    os.umask(0o022)  # what it writes below a host's root folder, others on that host read
    try:
        return _run(_parser().parse_args())
    except Refusal as refusal:
        return _end(REFUSED, str(refusal))
    except (CommandFailed, BootFailed, TimeoutError, OSError) as failure:
        return _end(FAILED, str(failure))
    except KeyboardInterrupt:
        return _end(INTERRUPTED, "interrupted; `lab up` takes it from here, `lab down` removes it")


def _run(arguments: argparse.Namespace) -> int:
    machine_checks.linux()
    places, progress, hosts = Places.from_environment(), Progress(), inventory.load(NODES_FILE)
    if arguments.verb not in ("reset", "down"):  # what is up may be a variant
        hosts = variants.load(record.variant()).seen_in(hosts)
    if arguments.verb == "status":
        return status.show(places, hosts)
    if arguments.verb == "ssh":
        _become_ssh(hosts, arguments.node, arguments.command)
    machine_checks.root()
    with record.only_one():
        if arguments.verb == "down":
            machine_checks.our_state(places)
            lifecycle.down(places, progress)
            return 0
        machine_checks.our_lab(places, hosts)
        if arguments.verb == "kill":
            lifecycle.kill(places, hosts.named(arguments.node), progress)
        elif arguments.verb == "start":
            lifecycle.start(places, hosts.named(arguments.node), hosts, progress)
        else:
            machine_checks.room(places)
            machine_checks.btrfs()
            tools.install_missing(progress)
            machine_checks.addresses(hosts)
            if arguments.verb == "up":
                lifecycle.up(places, hosts, progress)
            else:
                lifecycle.reset(places, hosts, progress, variants.load(arguments.variant), bare=arguments.bare)
    return 0


def _become_ssh(hosts: Hosts, name: str, command: list[str]) -> None:
    """Let the SSH client take this process's place; several words reach the host's shell as they are here."""
    if not hosts.key.exists():
        raise Refusal(f"there is no {hosts.key} to log in with: `lab up` makes it")
    words = command[1:] if command[:1] == ["--"] else command
    line = ssh.line(hosts.named(name), hosts, *([shlex.join(words)] if len(words) > 1 else words))
    os.execvp(line[0], line)  # noqa: S606 - the lab's own words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="real hosts on this machine, to rehearse on")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    verbs.add_parser("up", help="hosts and a cluster with one master; what is up already is left alone")
    reset = verbs.add_parser("reset", help="fresh hosts and a fresh cluster with one master")
    reset.add_argument("--variant", metavar="NAME", default="", help=f"another cluster: {', '.join(variants.names())}")
    reset.add_argument("--bare", action="store_true", help="fresh hosts with all that kubeadm needs, and no cluster")
    verbs.add_parser("down", help="remove the lab from the machine; what was built is kept")
    verbs.add_parser("status", help="what is up, and what is missing")
    for verb, text in (
        ("ssh", "a shell on NODE, or one command"),
        ("kill", "cut NODE's power"),
        ("start", "start NODE again after kill"),
    ):
        node_verb = verbs.add_parser(verb, help=text)
        node_verb.add_argument("node", metavar="NODE")
        if verb == "ssh":
            node_verb.add_argument("command", metavar="-- COMMAND", nargs=argparse.REMAINDER)
    return parser


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl-C, so that what runs below is ended too."""
    raise KeyboardInterrupt


def _end(status: int, text: str) -> int:
    sys.stderr.write(f"lab: {text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
