"""Images in a node's container runtime: there, or pulled by kubeadm, which speaks to it as the kubelet does."""

from dataclasses import dataclass, field

from changes.change import SO, Look
from nodes.commands import CommandFailed
from nodes.hosts import Hosts

# kubeadm pulls one after the other, and tries each five times.
PULL_SECONDS = 900.0

# Prints a name a line.
LISTED = r"""{
  ctr -n k8s.io images ls -q || crictl images -o json | tr ',[]' '\n' | sed -n 's/.*"\([^" ]*:[^" ]*\)".*/\1/p'
} 2>/dev/null"""


@dataclass(frozen=True)
class ImagesPulled:
    """These images are on the node, so that nothing has to be fetched in the middle of what follows.

    `configuration` is the ClusterConfiguration by which kubeadm knows what to pull, and from where. Nothing asks for
    another client of the runtime, and mirrors and credentials are those that the kubelet's own pulls have.
    """

    node: str
    images: tuple[str, ...]
    configuration: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.node}: the images of a master's pods"

    def look(self, hosts: Hosts) -> Look:
        there = hosts.fleet[self.node].check(LISTED).splitlines()
        missing = [image for image in self.images if image not in there]
        diff = "".join(f"+ {image}\n" for image in missing)
        return Look(so=False, seen=f"{', '.join(missing)} not there", diff=diff) if missing else SO

    def do(self, hosts: Hosts) -> None:
        pull = "cat | kubeadm config images pull --config /dev/stdin"
        session = hosts.fleet[self.node]
        ended = session.run(pull, stdin=self.configuration.encode(), deadline=PULL_SECONDS)
        if ended.status != 0:  # of five tries it tells each, and then the whole of it in one line
            told = [line for line in ended.stderr.splitlines() if line.startswith("error")]
            raise CommandFailed(session.name, pull, ended.status, "", "\n".join(told) or ended.stderr)
