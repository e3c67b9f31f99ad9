"""A throwaway runbook of seven small steps under the real pytest.ini and the real gates, without any machine.

A change writes its step into the file STATE, a check looks there. What has to go wrong is in the environment:
CHANGE_FAILS=2 and CHECK_FAILS=3 name steps, or parts. ROAD=mirror takes that road, where `fork` has made one.
"""

import shutil
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CONFTEST = """
import logging
import os
from pathlib import Path

import pytest

pytest.register_assert_rewrite("gates")

from evidence.road import Road
from evidence.run import Mode
from gates.cases import describe
from gates.closing import MASTERS
from gates.ledger import LEDGER
from gates.options import ASKED
from gates.order import SETTLED
from gates.outcomes import PLANNED
from gates.selection import ROAD

pytest_plugins = [
    "gates.options", "gates.selection", "gates.order", "gates.gate", "gates.outcomes", "gates.stop",
    "gates.closing",
]
STATE = Path(__file__).with_name("STATE")

def pytest_configure(config):
    config.stash[MASTERS] = 3
    config.stash[ROAD] = Road(os.environ.get("ROAD", "grow"))

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):  # the real one connects in here
    if SETTLED in session.config.stash and not session.config.option.collectonly:
        STATE.with_name("CONNECTED").touch()
    return (yield)

def pytest_generate_tests(metafunc):
    if "master" in metafunc.fixturenames:
        metafunc.parametrize("master", ["shaolin", "wudang", "emei"])

def pytest_runtest_logstart(nodeid):
    with STATE.with_name("ORDER").open("a") as order:
        order.write(nodeid.partition("::")[2] + "\\n")

@pytest.fixture
def state():
    places = STATE.read_text().split() if STATE.exists() else []
    return places + [place.partition(".")[0] for place in places]

@pytest.fixture
def left_to_do(request, state):
    step = str(describe(request.node).place)
    ledger = request.config.stash[LEDGER]
    todo = step not in state
    if request.config.stash[ASKED].mode is Mode.PLAN:
        ledger.changes += todo
        logging.getLogger("runbook").info("step %s · would change: the file STATE", step)
        request.node.stash[PLANNED] = f"changes to make: {int(todo)}"
        return []
    if os.environ.get("CHANGE_FAILS") == step:
        raise RuntimeError("the connection was reset")
    if todo:
        with STATE.open("a") as file:
            file.write(step + "\\n")
        ledger.changes += 1
    return []
"""

STEP = '''
import os

import pytest

pytestmark = pytest.mark.step({step})

@pytest.mark.change
def test_step_{step}_is_made(left_to_do):
    assert not left_to_do

@pytest.mark.trial
def test_step_{step}_works_when_tried(): pass

@pytest.mark.verify
def test_step_{step}_is_seen_on_master(master, state):
    """Ask the operator of step {step}."""
    assert "{step}" in state, f"step {step} was not made on {{master}}"
    assert not (master == "wudang" and os.environ.get("CHECK_FAILS") == "{step}"), "saw smoke, expected none"

@pytest.mark.verify
def test_step_{step}_is_seen_by_all(state): assert "{step}" in state
'''

PART = """
@pytest.mark.road("mirror")
@pytest.mark.step(2, part={part})
@pytest.mark.trial
def test_part_{part}_works_when_tried(): pass

@pytest.mark.road("mirror")
@pytest.mark.step(2, part={part})
@pytest.mark.verify
def test_part_{part}_is_seen_by_all(state):
    assert "2.{part}" in state
    assert os.environ.get("CHECK_FAILS") != "2.{part}", "saw smoke, expected none"

@pytest.mark.road("mirror")
@pytest.mark.step(2, part={part})
@pytest.mark.verify
def test_part_{part}_is_seen_again(state): assert "2.{part}" in state

@pytest.mark.road("mirror")
@pytest.mark.step(2, part={part})
@pytest.mark.change
def test_part_{part}_is_made(left_to_do): assert not left_to_do
"""

CHANGE = "@pytest.mark.change"


@dataclass
class Throwaway:
    """The folder of a throwaway runbook, and pytest runs in it."""

    pytester: pytest.Pytester
    arguments: tuple[str, ...] = ("runbook/", "--nodes=nodes.yaml")
    _xml: Path = field(init=False)

    def __post_init__(self) -> None:
        self._xml = self.path / "report.xml"
        shutil.copy(ROOT / "pytest.ini", self.path)
        self.write("conftest.py", CONFTEST)
        self.write("nodes.yaml", "nodes: {}\n")
        self.write("tests/test_unit.py", "def test_unit(): pass\n")
        for step in range(1, 8):
            self.write(f"runbook/test_{step}.py", STEP.format(step=step))

    @property
    def path(self) -> Path:
        return self.pytester.path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file

    def fork(self) -> None:
        """Two roads through step 2: the change that it has, or five parts, each with a gate. The rest is for both."""
        self.replace("runbook/test_2.py", CHANGE, f'@pytest.mark.road("grow")\n{CHANGE}')
        parts = "".join(PART.format(part=part) for part in range(1, 6))
        self.write("runbook/test_2_parts.py", f"import os\n\nimport pytest\n{parts}")

    def add_to(self, name: str, text: str) -> None:
        self.write(name, (self.path / name).read_text() + text)

    def replace(self, name: str, text: str, instead: str) -> None:
        whole = (self.path / name).read_text()
        assert text in whole
        self.write(name, whole.replace(text, instead))

    def run(self, *more: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess(*self.arguments, f"--junitxml={self._xml}", *more)

    def refused(self, *arguments: str, because: str) -> None:
        """Refused: exit code 4, one sentence, no traceback, nothing connected, nothing changed."""
        result = self.pytester.runpytest_inprocess(*arguments)
        text = result.stdout.str() + result.stderr.str()
        assert result.ret == pytest.ExitCode.USAGE_ERROR, text
        assert because in result.stderr.str().replace("\n", " "), text
        assert "Traceback" not in text
        assert "INTERNALERROR" not in text
        assert not self.exists("CONNECTED")
        assert not self.exists("STATE")

    def exists(self, name: str) -> bool:
        return (self.path / name).exists()

    def lines(self, name: str) -> list[str]:
        return (self.path / name).read_text().split("\n")[:-1] if self.exists(name) else []

    def report(self) -> ET.Element:
        """The suite of the last run's XML."""
        suite = ET.parse(self._xml).getroot().find("testsuite")  # noqa: S314 (written by the run above)
        assert suite is not None
        return suite

    def cases(self, name: str) -> list[ET.Element]:
        return [case for case in self.report().findall("testcase") if case.get("name") == name]

    def properties(self) -> dict[str, str]:
        return {one.attrib["name"]: one.attrib["value"] for one in self.report().iter("property")}
