"""Everything there is, one part after the other, with the time of each: `make test`, and what CI runs.

The machine is left clean, also after a part that failed; what was built stays in the lab's cache.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from rehearsal.runs import CHECKOUT, ROOT

PYTHON = sys.executable

LAB_UP = "lab: build what is missing, four hosts, a cluster"
LAB_DOWN = "lab: leave the machine clean"


def main() -> int:
    began = time.monotonic()
    parts: list[tuple[str, float, bool]] = []

    def run(name: str, command: Sequence[str]) -> bool:
        print(f"\n=== {name}", flush=True)
        start = time.monotonic()
        passed = subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 0
        parts.append((name, time.monotonic() - start, passed))
        return passed

    run("check: lint, types, imports, unit tests", ["make", "check"])
    try:
        # A run that was cut off may have left its hosts behind.
        run("lab: take away what an earlier run left", [*ROOT, PYTHON, "-m", "lab", "down"])
        if run(LAB_UP, [*ROOT, PYTHON, "-m", "lab", "up"]):
            run("rehearsal: conversion, audit, defects, faults", [PYTHON, "-m", "pytest", "rehearsal/", "-s"])
            # make test VARIANTS="NAME NAME" chooses; all of them are `make variants`
            chosen = os.environ.get("VARIANTS", "").split() or ["--of-the-day"]
            run("variants: other clusters, converted", [PYTHON, "-m", "rehearsal.variants", *chosen])
    finally:
        run(LAB_DOWN, [*ROOT, PYTHON, "-m", "lab", "down"])

    print(f"\n{'seconds':>8}  part")
    for name, seconds, passed in parts:
        print(f"{seconds:8.0f}  {name}{'' if passed else ': FAILED'}")
    print(f"{time.monotonic() - began:8.0f}  in all", flush=True)
    return 0 if all(passed for _, _, passed in parts) else 1


if __name__ == "__main__":
    sys.exit(main())
