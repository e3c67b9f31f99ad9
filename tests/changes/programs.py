"""Programs of a host that a test stands in for: found first on the PATH, each a shell script of a few lines."""

from pathlib import Path

import pytest


class Programs:
    """The folder in front of the PATH. `state` is a folder that the scripts know as $STATE."""

    def __init__(self, folder: Path, patched: pytest.MonkeyPatch) -> None:
        self.folder, self.state = folder / "bin", folder / "state"
        for made in (self.folder, self.state):
            made.mkdir()
        patched.setenv("STATE", str(self.state))
        patched.setenv("PATH", str(self.folder), prepend=":")

    def add(self, name: str, script: str) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
