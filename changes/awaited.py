"""What comes by itself once it is set going: looked at by what is missing, and waited for."""

from abc import ABC, abstractmethod

from changes.change import SO, Look
from nodes.hosts import Hosts
from nodes.waiting import wait_until


class Awaited(ABC):
    """A change that is so once nothing is missing.

    `deadline` is in seconds.
    """

    deadline: float

    @abstractmethod
    def missing(self, hosts: Hosts) -> str:
        """What is missing still, in a few words; empty where nothing is."""

    def set_going(self, hosts: Hosts) -> None:  # noqa: B027 - where an earlier change has, there is nothing to do
        """What has to be done so that it comes."""

    def look(self, hosts: Hosts) -> Look:
        missing = self.missing(hosts)
        return Look(so=False, seen=missing, diff=f"~ {self}\n") if missing else SO

    def do(self, hosts: Hosts) -> None:
        try:
            self.set_going(hosts)
        finally:  # an answer that never came is no answer: it may be on its way
            wait_until(str(self), lambda: self.missing(hosts), self.deadline)
