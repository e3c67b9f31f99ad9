"""Where the lab keeps things: state that belongs to the running lab, and a cache that outlives `down`."""

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FILES = CHECKOUT / "lab" / "files"
MANIFESTS = CHECKOUT / "lab" / "manifests"
COMPONENTS = CHECKOUT / "lab" / "components"
VARIANTS = CHECKOUT / "lab" / "variants"
NODES_FILE = CHECKOUT / "nodes.yaml"


@dataclass(frozen=True)
class Places:
    state: Path
    cache: Path

    @classmethod
    def from_environment(cls) -> "Places":
        """LAB_STATE and LAB_CACHE move them, to a bigger disk for example."""
        return cls(
            state=Path(os.environ.get("LAB_STATE", "/var/lib/kubeadm-ha-lab")),
            cache=Path(os.environ.get("LAB_CACHE", "/var/cache/kubeadm-ha-lab")),
        )

    @property
    def disk_image(self) -> Path:
        return self.state / "disk.img"

    @property
    def disk(self) -> Path:
        """Where the disk image is mounted."""
        return self.state / "disk"

    @property
    def identities(self) -> Path:
        """The hosts' SSH host keys: they stay over a reset, so that known_hosts stays true."""
        return self.state / "identities"

    def root(self, host: str) -> Path:
        return self.disk / "hosts" / host

    def console(self, host: str) -> Path:
        return self.state / f"{host}.console"
