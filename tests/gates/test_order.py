"""Every case once and in the runbook's order, whatever other plug-ins do; else nothing runs at all."""

import pytest

from tests.gates.throwaway import Throwaway

RUN = ("runbook/", "--nodes=nodes.yaml")
AUDIT = (*RUN, "-m", "verify")


def test_steps_run_in_order_and_in_each_the_change_then_the_checks_then_the_trials(
    throwaway: Throwaway,
) -> None:
    assert throwaway.run("--to", "2").ret == pytest.ExitCode.OK
    assert throwaway.lines("ORDER") == [
        f"test_step_{step}_{what}"
        for step in (1, 2)
        for what in (
            "is_made",
            "is_seen_on_master[shaolin]",
            "is_seen_on_master[wudang]",
            "is_seen_on_master[emei]",
            "is_seen_by_all",
            "works_when_tried",
        )
    ]
    assert throwaway.lines("STATE") == ["1", "2"]


def test_a_run_with_to_is_gone_on_with_by_the_same_command_without_it(throwaway: Throwaway) -> None:
    throwaway.run("--to", "3")
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.OK
    assert throwaway.lines("STATE") == list("1234567")
    result.stdout.fnmatch_lines(["4 changes made"])


@pytest.mark.parametrize(
    ("plug_in", "because"),
    [
        ("def pytest_collection_modifyitems(items): items.reverse()", "an order of its own"),
        (
            "@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): items.reverse()",
            "an order of its own",
        ),
        (
            "@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
            "def pytest_collection_modifyitems(items):\n    yield\n    items.reverse()",
            "an order of its own",
        ),
        (
            "def pytest_collection_modifyitems(items): items[:] = [i for i in items for _ in '12']",
            "repeats the cases",
        ),
        ("def pytest_collection_modifyitems(items): items.extend(items[:])", "repeats the cases"),
        (
            "def pytest_runtest_protocol(item, nextitem): return None",
            "would run the cases its own way",
        ),
        ("def pytest_addoption(parser): parser.addoption('--numprocesses', default='4')", "-n is refused"),
        ("def pytest_addoption(parser): parser.addoption('--tx', default=['2*popen'])", "--tx is refused"),
    ],
)
@pytest.mark.parametrize("run", [RUN, AUDIT], ids=["change run", "audit"])
def test_plug_in_that_takes_the_order_over_is_refused(
    throwaway: Throwaway, run: tuple[str, ...], plug_in: str, because: str
) -> None:
    throwaway.add_to("conftest.py", f"\n{plug_in}\n")
    throwaway.refused(*run, because=because)
    assert not throwaway.exists("ORDER")


@pytest.mark.parametrize(
    "plug_in",
    [
        "def pytest_collection_finish(session): session.items.reverse()",
        "@pytest.hookimpl(trylast=True)\ndef pytest_collection_finish(session): del session.items[3:]",
        "@pytest.hookimpl(wrapper=True)\n"
        "def pytest_runtestloop(session):\n    session.items.reverse()\n    return (yield)",
    ],
)
def test_what_changes_the_cases_later_still_is_noticed(throwaway: Throwaway, plug_in: str) -> None:
    throwaway.add_to("conftest.py", f"\n{plug_in}\n")
    result = throwaway.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: a plug-in changed the cases after their order was settled*"])
    assert not throwaway.exists("ORDER")


@pytest.mark.parametrize(
    ("plug_in", "because"),
    [
        (
            "class Added(pytest.Item):\n    def runtest(self): pass\n"
            "def pytest_collection_modifyitems(session, items):\n"
            "    items.append(Added.from_parent(session, name='added'))",
            "a plug-in added",
        ),
        ("def pytest_collection_modifyitems(items): del items[3]", "something left out runbook/test_1.py"),
        (
            "@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): del items[-1]",
            "something left out runbook/test_7.py",
        ),
        (
            "@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
            "def pytest_collection_modifyitems(items):\n    yield\n    del items[3]",
            "something left out runbook/test_1.py",
        ),
        ("collect_ignore = ['runbook/test_3.py']", "test_3.py gave no case"),
        (
            "def pytest_ignore_collect(collection_path): return collection_path.name == 'test_3.py' or None",
            "gave no case",
        ),
        (
            "def pytest_generate_tests(metafunc):\n    metafunc.fixturenames.append('again')\n"
            "    metafunc.parametrize('again', range(2))",
            "a change case takes no parameters and no repetition",
        ),
    ],
)
def test_plug_in_that_leaves_cases_out_or_repeats_changes_is_refused(
    throwaway: Throwaway, plug_in: str, because: str
) -> None:
    throwaway.add_to("conftest.py", f"\n{plug_in}\n")
    throwaway.refused(*RUN, because=because)


MARKS = "pytestmark = pytest.mark.step(3)"
CHECK = "@pytest.mark.verify\ndef test_step_3_is_seen_by_all"


@pytest.mark.parametrize(
    ("text", "instead", "because"),
    [
        (MARKS, "", "needs exactly one step"),
        (MARKS, "pytestmark = [pytest.mark.step(3), pytest.mark.step(4)]", "needs exactly one step"),
        (MARKS, "pytestmark = pytest.mark.step('3')", "needs exactly one step"),
        (MARKS, "pytestmark = pytest.mark.step(8)", "needs exactly one step"),
        (CHECK, "def test_step_3_is_seen_by_all", "it has none"),
        (CHECK, f"@pytest.mark.change\n{CHECK}", "it has change and verify"),
        (CHECK, f"@pytest.mark.trial\n{CHECK}", "it has verify and trial"),
        (CHECK, f"@pytest.mark.skip(reason='later')\n{CHECK}", "is marked skip (later)"),
        (CHECK, f"@pytest.mark.skipif(True, reason='later')\n{CHECK}", "is marked skipif (later)"),
        (CHECK, f"@pytest.mark.xfail(reason='known')\n{CHECK}", "is marked xfail (known)"),
        (MARKS, f"{MARKS}\npytest.skip('not here', allow_module_level=True)", "test_3.py gave no case"),
        (
            "def test_step_3_is_seen_by_all(state)",
            "@pytest.mark.parametrize('worker', [])\ndef test_step_3_is_seen_by_all(state, worker)",
            "is marked skip (got empty parameter set",
        ),
    ],
)
@pytest.mark.parametrize("run", [RUN, AUDIT], ids=["change run", "audit"])
def test_case_that_no_gate_can_count_on_is_refused(
    throwaway: Throwaway, run: tuple[str, ...], text: str, instead: str, because: str
) -> None:
    module = (throwaway.path / "runbook/test_3.py").read_text()
    assert text in module
    throwaway.write("runbook/test_3.py", module.replace(text, instead))
    throwaway.refused(*run, because=because)


def test_step_without_a_change_or_without_a_gate_is_refused(throwaway: Throwaway) -> None:
    whole = (throwaway.path / "runbook/test_3.py").read_text()
    throwaway.write("runbook/test_3.py", whole.replace("pytest.mark.verify", "pytest.mark.trial"))
    throwaway.refused(*RUN, because="step 3 has no verify case")
    throwaway.refused(*AUDIT, because="step 3 has no verify case")
    throwaway.write("runbook/test_3.py", whole.replace("pytest.mark.change", "pytest.mark.trial"))
    throwaway.refused(*RUN, because="step 3 has no change case")
    (throwaway.path / "runbook/test_3.py").unlink()
    throwaway.refused(*RUN, because="step 3 has no change case")
    throwaway.refused(*AUDIT, "--to", "2", because="step 3 has no verify case")
    assert throwaway.run("--to", "2").ret == pytest.ExitCode.OK


@pytest.mark.parametrize("more", [(), ("-m", "verify"), ("--plan",)], ids=["change run", "audit", "plan"])
def test_step_that_cannot_be_read_stops_everything(throwaway: Throwaway, more: tuple[str, ...]) -> None:
    throwaway.add_to("runbook/test_6.py", "\nimport a_module_that_is_not_there\n")
    result = throwaway.run(*more)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert not throwaway.exists("STATE")
    assert not throwaway.exists("CONNECTED")
    assert result.outlines[-1] == "no case was run"
    assert throwaway.report().attrib["errors"] == "1"
