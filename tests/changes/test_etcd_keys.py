"""Two etcds compared by what etcdctl prints: the pipelines are run by a real bash, over recorded output."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from changes import etcd_after, etcd_keys, etcd_switch

HEADER = '"ClusterID" : 17162553735365357816\n"Revision" : 3\n"RaftTerm" : 2\n'
Side = dict[str, tuple[str, int]]
BROKEN_OFF: Side = {"/a": ("1", 0)}


def printed(side: Side) -> str:
    """`etcdctl get '' --from-key -w fields` of etcd 3.7.3."""
    return HEADER + "".join(
        f'"Key" : "{key}"\n"CreateRevision" : 2\n"ModRevision" : 2\n"Version" : 1\n"Value" : "{value}"\n'
        f'"Lease" : {lease}\n'
        for key, (value, lease) in side.items()
    )


@pytest.fixture
def bash(tmp_path: Path) -> Callable[[str, Side, Side], str]:
    """What a script prints in which `old` and `new` answer whatever they are asked with these keys."""

    def run(script: str, old: Side, new: Side) -> str:
        for name, side in (("old", old), ("new", new)):
            (tmp_path / f"{name}.txt").write_text(printed(side))
            fails = "exit 1" if side is BROKEN_OFF else ""
            (tmp_path / name).write_text(f"cat {tmp_path}/{name}.txt\n{fails}\n")
        functions = etcd_keys.LISTED.format(most=5, seconds=1, old=f"sh {tmp_path}/old", new=f"sh {tmp_path}/new")
        whole = script.replace("@FUNCTIONS@", functions)
        ended = subprocess.run(["bash", "-c", whole], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603, S607
        return ended.stdout

    return run


UNLIKE = etcd_keys._UNLIKE.format(functions="@FUNCTIONS@", most=5)


def names(out: str) -> list[str]:
    return [line.rpartition(" ")[0] for line in out.splitlines()]


def test_equal_sides_name_nothing(bash: Callable[[str, Side, Side], str]) -> None:
    side: Side = {"/a": ("1", 0), "/b": ('a \\"quoted\\" one', 0)}
    assert bash(UNLIKE, side, side) == ""


def test_leases_and_revisions_are_no_difference(bash: Callable[[str, Side, Side], str]) -> None:
    assert bash(UNLIKE, {"/a": ("1", 307830312541150211)}, {"/a": ("1", 0)}) == ""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param({"/a": ("1", 0), "/b": ("2", 0)}, {"/a": ("1", 0)}, ['"/b"'], id="missing in the new one"),
        pytest.param({"/a": ("1", 0)}, {"/a": ("1", 0), "/b": ("2", 0)}, ['"/b"'], id="come back in the new one"),
        pytest.param({"/a": ("1", 0)}, {"/a": ("9", 0)}, ['"/a"', '"/a"'], id="another value"),
    ],
)
def test_what_differs_is_named_and_no_value_is(
    old: Side, new: Side, named: list[str], bash: Callable[[str, Side, Side], str]
) -> None:
    out = bash(UNLIKE, old, new)
    assert names(out) == named
    assert all(len(line.rpartition(" ")[2]) == 16 for line in out.splitlines())


def test_the_same_difference_is_told_in_the_same_words_and_another_in_others(
    bash: Callable[[str, Side, Side], str],
) -> None:
    """So that who looks twice knows what was only on its way."""
    first = bash(UNLIKE, {"/a": ("1", 0)}, {})
    assert bash(UNLIKE, {"/a": ("1", 0)}, {}) == first
    assert bash(UNLIKE, {"/a": ("2", 0)}, {}) != first


def test_sides_that_broke_off_alike_are_not_equal(bash: Callable[[str, Side, Side], str]) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        bash(UNLIKE, BROKEN_OFF, BROKEN_OFF)
    assert raised.value.stderr == "a side was not read to its end\n"


def test_more_differences_than_anybody_reads_are_cut(bash: Callable[[str, Side, Side], str]) -> None:
    many: Side = {f"/{number:05}": ("1", 0) for number in range(20000)}
    assert len(bash(UNLIKE, many, {}).splitlines()) == 5


@pytest.mark.parametrize(
    "script", [etcd_switch._BACK, etcd_switch._SWITCH, etcd_switch._OWN, etcd_after._BOUND, etcd_after._LEFT]
)
def test_every_script_is_one_to_bash(script: str) -> None:
    text = script.format_map(_Given())
    assert subprocess.run(["bash", "-n"], input=text, text=True, timeout=20).returncode == 0  # noqa: S607


def test_keys_with_a_lease_are_written_down_with_it_and_all_pass(
    tmp_path: Path, bash: Callable[[str, Side, Side], str]
) -> None:
    side: Side = {"/a": ("1", 0), "/b : c": ("2", 42)}
    out = bash(f"@FUNCTIONS@\nfolder={tmp_path}\n{function('leased')}\neverything old | leased", side, {})
    assert out == printed(side)
    assert (tmp_path / "leased").read_text() == '42 "/b : c"\n'


@pytest.mark.parametrize(
    ("keys", "prefixes"),
    [
        ([], []),
        (['"/registry/events/default/a"', '"/registry/events/b"'], ["/registry/events"]),
        (['"/registry/events/a"', '"/registry/masterleases/10.0.0.1"'], ["/registry/events", "/registry/masterleases"]),
        (['"plain"'], ["plain"]),
        (['"/registry/\\x00"'], ["/registry/"]),
        (['"\\x00"'], [""]),
    ],
)
def test_leased_keys_are_looked_for_by_what_they_begin_with(keys: list[str], prefixes: list[str]) -> None:
    assert etcd_after.kinds(keys) == prefixes


def test_digest_is_over_keys_and_values_and_says_how_many(
    tmp_path: Path, bash: Callable[[str, Side, Side], str]
) -> None:
    each = "for side in old new; do everything $side | digest $side; done"
    script = f"@FUNCTIONS@\nfolder={tmp_path}\n{function('digest')}\n{each}"
    bash(script, {"/a": ("1", 7), "/b": ("2", 0)}, {"/a": ("1", 0), "/b": ("2", 0)})
    seen = {name: (tmp_path / name).read_text() for name in ("digest.old", "digest.new", "keys.old", "keys.new")}
    assert seen["digest.old"] == seen["digest.new"]
    assert seen["keys.old"] == seen["keys.new"] == "2\n"


def function(name: str) -> str:
    """One of the switch's own."""
    text = etcd_switch._SWITCH.format_map(_Given())
    begin = text.index(f"\n{name}() {{")
    return text[begin : text.index("\n}\n", begin) + 3]


class _Given(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "true"
