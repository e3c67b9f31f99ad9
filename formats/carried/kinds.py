"""What kinds of things a control plane's flags and files name."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is found under a name, and so what may be named inside it."""

    FILE = "a file"
    FOLDER = "a folder"
    SOCKET = "a socket"
    SERVER = "a server"
    """Not a path but a URL."""
    KUBECONFIG = "a kubeconfig"
    OWN = "each master's own"
    """A serving certificate, or the component's own kubeconfig: the first master's would be wrong elsewhere."""
    ADMISSION = "AdmissionConfiguration"
    ADMISSION_PLUGIN = "an admission plug-in's configuration"
    AUTHORIZATION = "AuthorizationConfiguration"
    EGRESS = "EgressSelectorConfiguration"
    ENCRYPTION = "EncryptionConfiguration"
    SCHEDULER = "KubeSchedulerConfiguration"

    @property
    def names_more(self) -> bool:
        """Whether its text may name other files."""
        return self not in (Kind.FILE, Kind.FOLDER, Kind.SOCKET, Kind.SERVER, Kind.OWN)


@dataclass(frozen=True)
class Naming:
    """A name as it stands: a path as the process in the container sees it, or a server's URL."""

    name: str
    kind: Kind
