"""Clusters that are not the usual one, converted end to end: `make variants`, and three of them in `make test`.

python -m rehearsal.variants [NAME...]         these, or all
python -m rehearsal.variants --of-the-day      three of those that are short, in turn by day
"""

import argparse
import datetime
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lab import variant as variants
from lab.hosts import load as load_hosts
from lab.places import NODES_FILE
from lab.refusals import Refusal
from lab.variant import Variant
from nodes.hosts import Hosts
from rehearsal import cluster, kubeadms_own, scenario
from rehearsal.prober import Count, Prober, unexpected
from rehearsal.runs import CHECKOUT, Run, balancer_stands, runbook
from rehearsal.scenario import Attempt, Scenario

A_DAY = 3
KEPT = CHECKOUT / ".lab" / "variants"


class NotAsExpectedError(Exception):
    """str() says what was expected, what was seen, and where all that was printed is kept."""


@dataclass
class Result:
    """A line of the table; seconds, of whole processes."""

    name: str
    reset: float = 0.0
    conversion: float = 0.0
    audit: str = ""
    counts: list[Count] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    fault: str = ""

    def __str__(self) -> str:
        lost = f"{sum(one.lost for one in self.counts)} of {sum(one.reads + one.writes for one in self.counts)}"
        conversion = f"{self.conversion:.0f}" if self.conversion else ""
        told = self.fault.splitlines()[0] if self.fault else ", then ".join(self.ends)
        return (
            f"{self.name:16}{self.reset:7.0f}{conversion:>12}  {self.audit:12}{lost if self.counts else '':>12}"
            f"  {'NOT AS EXPECTED: ' if self.fault else ''}{told}"
        )


HEADING = f"{'variant':16}{'reset':>7}{'conversion':>12}  {'audit':12}{'lost':>12}  result"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.variants", description=__doc__.splitlines()[0])
    parser.add_argument("names", metavar="NAME", nargs="*", help=", ".join(variants.names()))
    parser.add_argument("--of-the-day", action="store_true", help="three of those that are short, in turn by day")
    arguments = parser.parse_args()
    try:
        chosen = {name: variants.load(name) for name in arguments.names or variants.names()}
        scenarios = {name: scenario.of(variant.rehearsal) for name, variant in chosen.items()}
    except (Refusal, ValueError) as error:
        print(f"rehearsal.variants: {error}", file=sys.stderr)
        return 2
    names = list(chosen)
    if arguments.of_the_day:
        names = of_the_day([name for name in names if not scenarios[name].long], datetime.datetime.now().date())
        print(f"today's variants: {', '.join(names)}; others with VARIANTS='NAME NAME', all with `make variants`")
    results = []
    for number, name in enumerate(names, 1):
        print(f"\n--- variant {number} of {len(names)}: {name}: {chosen[name].about}", flush=True)
        results.append(Rehearsal(chosen[name], scenarios[name]).result())
        print(results[-1].fault or f"--- {name} is as expected", flush=True)
    print("\n".join(["", HEADING, *map(str, results)]))
    return 1 if any(result.fault for result in results) else 0


def of_the_day(names: Sequence[str], day: datetime.date) -> list[str]:
    """The day's: as many days on as it takes, each has had its turn."""
    start = day.toordinal() * A_DAY
    return [names[(start + number) % len(names)] for number in range(min(A_DAY, len(names)))]


class Rehearsal:
    """One variant, from a fresh cluster to its line in the table."""

    def __init__(self, variant: Variant, scenario: Scenario) -> None:
        self._variant, self._scenario, self._runs = variant, scenario, 0
        self._found = Result(variant.name)
        names = variant.seen_in(load_hosts(NODES_FILE)).all
        self._node = {host.name: host.node for host in names}

    def result(self) -> Result:
        """Never raises for what the runbook or the lab did: that is the result's fault."""
        began = time.monotonic()
        try:
            cluster.lab("reset", f"--variant={self._variant.name}")
            self._found.reset = time.monotonic() - began
            self._nodes = load_hosts(NODES_FILE).nodes_file
            hosts = cluster.connect(self._nodes)
            try:
                self._rehearse(hosts)
            finally:
                hosts.fleet.close()
        except Exception as error:  # whatever it is, the other variants get their turn and the table its line
            self._found.fault = (
                f"{error}" if isinstance(error, NotAsExpectedError) else f"{type(error).__name__}: {error}"
            )
        return self._found

    def _rehearse(self, hosts: Hosts) -> None:
        with tempfile.TemporaryDirectory() as folder:
            prober = Prober(hosts, Path(folder))
            probing = False
            try:
                for attempt in self._scenario.runs:
                    if attempt.ends != "refused" and not probing:
                        prober.start()
                        probing = True
                    self._attempt(attempt, hosts, prober)
            finally:
                if probing:
                    self._found.counts = prober.stop()
        for count in self._found.counts:
            print(f"  {count}")
        if lost := [fault for count in self._found.counts for fault in unexpected(count, self._scenario.outages)]:
            raise NotAsExpectedError("requests were lost\n" + "\n".join(lost))
        if self._scenario.converts:
            self._nothing_is_left(hosts)
            self._look(hosts)
            if self._scenario.compared:
                self._compare(hosts)

    def _attempt(self, attempt: Attempt, hosts: Hosts, prober: Prober) -> None:
        for deed in attempt.deeds:
            if not deed.at:
                hosts.fleet[self._node[deed.host]].check(deed.run, deadline=120)
        self._accept(attempt)
        before = cluster.files(hosts), cluster.processes(hosts)
        waiting = [deed for deed in attempt.deeds if deed.at]

        def watch(line: str) -> None:
            if balancer_stands(line):
                prober.start_through_balancer()
            for deed in [deed for deed in waiting if deed.at in line]:
                waiting.remove(deed)
                hosts.fleet[self._node[deed.host]].check(deed.run, deadline=30)

        run = self._run(watch)
        if waiting:
            raise self._not(run, f"no line of the run had {waiting[0].at!r}")
        if fault := attempt.fault(run):
            raise self._not(run, fault)
        if attempt.ends == "green":
            self._found.conversion = run.seconds
        else:
            [told, *_] = run.of("failed") + run.of("error")
            print(f"  {attempt.ends}: {told.text.strip()[:600]}")
        if attempt.ends == "refused" and before != (cluster.files(hosts), cluster.processes(hosts)):
            raise self._not(run, "a run that was refused has changed something on a host")
        self._found.ends.append(f"{attempt.ends} ({run.seconds:.0f} s)" if attempt.ends != "green" else "green")

    def _accept(self, attempt: Attempt) -> None:
        if attempt.accept:
            document = yaml.safe_load(self._nodes.read_text())
            document["accept"] = document.get("accept", {}) | dict(attempt.accept)
            self._nodes.write_text(yaml.safe_dump(document, sort_keys=False))

    def _run(self, watch: object = None, *arguments: str) -> Run:
        """The runbook, with a line for each step that begins; its output is kept."""
        began, step, self._runs = time.monotonic(), "", self._runs + 1

        def each(line: str) -> None:
            nonlocal step
            found = re.search(r"test_(\d)_\w+\.py::", line)
            if found and found[1] != step:
                step = found[1]
                print(f"  [{time.monotonic() - began:5.1f} s] step {step} …", flush=True)
            if callable(watch):
                watch(line)

        run = runbook(*arguments, nodes=self._nodes, on_line=each)
        KEPT.mkdir(parents=True, exist_ok=True)
        self._log.write_text(run.output)
        return run

    @property
    def _log(self) -> Path:
        return KEPT / f"{self._variant.name}-{self._runs}.log"

    def _not(self, run: Run, text: str) -> NotAsExpectedError:
        failed = run.of("failed") + run.of("error") if run.report is not None else []
        told = [f"{case.name}: {case.text.strip()[:1500]}" for case in failed[:3]]
        return NotAsExpectedError("\n".join([f"{text} (exit code {run.status}; {self._log})", *told]))

    def _green(self, run: Run, what: str) -> None:
        if fault := Attempt().fault(run):
            raise self._not(run, f"{what}: {fault}")

    def _nothing_is_left(self, hosts: Hosts) -> None:
        audit = self._run(None, "-m", "verify")
        self._green(audit, "the audit")
        self._found.audit = f"{len(audit.cases)} in {audit.seconds:.0f} s"
        before = cluster.files(hosts), cluster.processes(hosts)
        again = self._run()
        self._green(again, "a second run")
        if "no change was needed" not in again.output:
            raise self._not(again, "a second run has found something to change")
        if before != (cluster.files(hosts), cluster.processes(hosts)):
            raise self._not(again, "a second run has changed or restarted something")

    def _compare(self, hosts: Hosts) -> None:
        for node in hosts.inventory.masters:
            found = kubeadms_own.differences(hosts, node.name)
            if found != (meant := kubeadms_own.explained(hosts, node.name)):
                told = "\n".join(line for line in (*found, *meant) if line not in found or line not in meant)
                raise NotAsExpectedError(f"{node.name}: not as kubeadm would make it\n{told}")

    def _look(self, hosts: Hosts) -> None:
        for look in self._scenario.looks:
            for host in look.hosts:
                said = hosts.fleet[self._node[host]].check(look.run, deadline=60)
                if said.split() != look.says.split():
                    raise NotAsExpectedError(f"{host}: `{look.run}` should print\n{look.says}\nand printed\n{said}")


if __name__ == "__main__":
    sys.exit(main())
