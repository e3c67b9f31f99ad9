"""`make bench`: how long the lab, the conversion and the audit take here. Minimum, median and maximum in seconds."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rehearsal import cluster
from rehearsal.runs import CHECKOUT, other_road, runbook

ROUNDS = 3
AUDITS = 5


def timed(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def convert(nodes: Path = CHECKOUT / "nodes.yaml") -> None:
    run = runbook(nodes=nodes)
    if run.status != 0:
        raise SystemExit(f"the conversion did not end green:\n{run.told}")


def audit() -> None:
    run = runbook("-m", "verify")
    if run.status != 0:
        raise SystemExit(f"the audit is not green:\n{run.told}")


def main() -> None:
    cluster.lab("down")
    figures = {"lab up, everything built": [timed(lambda: cluster.lab("up"))]}
    resets, conversions = figures.setdefault("lab reset", []), figures.setdefault("conversion, gates and trials", [])
    for _ in range(ROUNDS):
        resets.append(timed(lambda: cluster.lab("reset")))
        conversions.append(timed(convert))
    figures["audit of three masters"] = [timed(audit) for _ in range(AUDITS)]
    with other_road() as nodes:
        cluster.lab("reset")
        figures["conversion with etcd: mirror"] = [timed(lambda: convert(nodes))]
    print(f"\n{'':32}{'runs':>5}{'min':>8}{'median':>8}{'max':>8}")
    for name, seconds in figures.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        print(f"{name:32}{len(seconds):5}{low:8.1f}{middle:8.1f}{high:8.1f}")


if __name__ == "__main__":
    main()
