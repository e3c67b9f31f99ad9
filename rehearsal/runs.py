"""The runbook run as its users run it: another process, its output, its exit code, its report."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import yaml

from nodes.waiting import wait_until

CHECKOUT = Path(__file__).resolve().parent.parent
CASE_OF_STEP_3 = "test_every_master_runs_its_own_apiserver"
# The lab's hosts, namespaces and mounts are root's; the rest needs no more than the key beside nodes.yaml.
ROOT = [] if os.geteuid() == 0 else ["sudo", "-E"]
REPORT = CHECKOUT / ".lab" / "rehearsal.xml"
PASSED = re.compile(r" PASSED +\[ *\d+%\]$")
THROUGH_THE_BALANCER = "::test_api_answers_through_the_balancers_own_address"


@dataclass(frozen=True)
class Case:
    """One case of the report. outcome: passed, failed, error or skipped; text: the failure's or the skip's."""

    module: str
    name: str
    outcome: str
    text: str
    seconds: float

    @property
    def step(self) -> int:
        return int(self.module.rpartition(".")[2].split("_")[1])


@dataclass(frozen=True)
class Run:
    """status: pytest's exit code; seconds: of the whole process; killed: SIGKILL was sent and there is no report."""

    status: int
    output: str
    seconds: float
    report: ElementTree.Element | None

    @property
    def cases(self) -> list[Case]:
        assert self.report is not None, self.told
        return [_case(element) for element in self.report.iter("testcase")]

    @property
    def properties(self) -> dict[str, str]:
        assert self.report is not None, self.told
        return {element.get("name", ""): element.get("value", "") for element in self.report.iter("property")}

    @property
    def told(self) -> str:
        """What it printed, without the cases that passed: what a failing test shows, short enough to be read whole."""
        return "\n".join(line for line in self.output.splitlines() if not PASSED.search(line))

    def of(self, outcome: str) -> list[Case]:
        return [case for case in self.cases if case.outcome == outcome]


def green(run: Run) -> None:
    """Every case of it passed."""
    assert run.status == 0, run.told
    assert {case.outcome for case in run.cases} == {"passed"}, run.told


def _case(element: ElementTree.Element) -> Case:
    outcome, text = "passed", ""
    for word in ("failure", "error", "skipped"):
        found = element.find(word)
        if found is not None:
            outcome, text = word.replace("failure", "failed"), f"{found.get('message', '')}\n{found.text or ''}"
    return Case(element.get("classname", ""), element.get("name", ""), outcome, text, float(element.get("time", "0")))


@contextmanager
def other_road() -> Iterator[Path]:
    """nodes.yaml with `etcd: mirror`, beside it for as long as it lasts."""
    document = yaml.safe_load((CHECKOUT / "nodes.yaml").read_text())
    document["cluster"]["etcd"] = "mirror"
    path = CHECKOUT / "nodes-mirror.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    try:
        yield path
    finally:
        path.unlink()


def balancer_stands(line: str) -> bool:
    """This line of a run says so. In a run that fails before, the case is printed too, as skipped."""
    return THROUGH_THE_BALANCER in line and bool(PASSED.search(line))


def runbook(
    *arguments: str,
    nodes: Path = CHECKOUT / "nodes.yaml",
    on_line: Callable[[str], object] = lambda _line: None,
    kill: bool = False,
) -> Run:
    """pytest runbook/ --nodes=NODES ARGUMENTS, with a file of this checkout.

    `on_line` is called with each line as it is printed; where `kill` is set and it answers with something true,
    the process group is ended with SIGKILL then and there.
    """
    REPORT.unlink(missing_ok=True)
    given = nodes.relative_to(CHECKOUT)
    began = time.monotonic()
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "runbook/", f"--nodes={given}", f"--junitxml={REPORT}", *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "160"},
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if on_line(line) and kill:
                os.killpg(process.pid, signal.SIGKILL)
    status = process.returncode
    report = ElementTree.parse(REPORT).getroot() if REPORT.exists() else None
    return Run(status, "".join(lines), time.monotonic() - began, report)


def killed_at(
    words: str, *arguments: str, nodes: Path = CHECKOUT / "nodes.yaml", then: Callable[[], str] = str
) -> None:
    """A run ended by SIGKILL when it says these words, and `then` has nothing more to wait for."""

    def here(line: str) -> bool:
        if words in line:
            wait_until("the moment to kill it", then, 30)
        return words in line

    run = runbook(*arguments, nodes=nodes, on_line=here, kill=True)
    assert run.status == -9, run.told
    assert run.report is None
