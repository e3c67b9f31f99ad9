"""YAML changed value by value."""

import pytest
import yaml

from formats import yamltext
from formats.yamltext import YamlError

TEXT = """# a comment
a: one      # behind it
b: ['two', "three", 4]
c:
- d: >-
    folded
    text
  e: 'it''s'
- plain
"""


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (("a",), "one ", "x "),
        (("b", 0), "'two'", "'x'"),
        (("b", 1), '"three"', '"x"'),
        (("b", 2), "4]", "x]"),
        (("c", 0, "e"), "'it''s'", "'x'"),
        (("c", 1), "- plain", "- x"),
    ],
)
def test_only_the_value_changes(path: yamltext.Path, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    assert yamltext.replace(TEXT, {path: "x"}) == TEXT.replace(old, new)


def test_several_values_change_at_once() -> None:
    changed = yamltext.replace(TEXT, {("a",): "a longer one", ("b", 1): "", ("c", 1): "z"})
    document = yaml.safe_load(changed)
    assert document == {
        "a": "a longer one",
        "b": ["two", "", 4],
        "c": [{"d": "folded text", "e": "it's"}, "z"],
    }


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "::1",
        "[fd00::1]:6443",
        "2001:10:20:30:40:50:1:7",
        "12",
        "true",
        "a: b",
        "#",
        "",
        " ",
        "it's",
        "-",
        "é",
    ],
)
@pytest.mark.parametrize("path", [("a",), ("b", 0), ("b", 1), ("c", 0, "e"), ("c", 1)])
def test_every_value_is_read_back(value: str, path: yamltext.Path) -> None:
    document = yaml.safe_load(yamltext.replace(TEXT, {path: value}))
    for key in path:
        document = document[key]
    assert document == value


def test_a_list_grows_behind_an_item() -> None:
    assert yamltext.insert_after("a:\n  - x   # why\n  - z", ("a", 0), "y") == "a:\n  - x   # why\n  - y\n  - z"
    assert yamltext.insert_after("a:\n- x", ("a", 0), "y") == "a:\n- x\n- y"
    assert yamltext.insert_after("a: [x, z]\n", ("a", 0), "y") == "a: [x, y, z]\n"


def test_a_flow_list_needs_quotes_where_a_block_list_does_not() -> None:
    assert yamltext.replace("a: [x, y]\n", {("a", 0): "p,q"}) == "a: ['p,q', y]\n"
    assert yamltext.insert_after("a: [x]\n", ("a", 0), "p,q") == "a: [x, 'p,q']\n"
    assert yamltext.replace("a:\n- x\n", {("a", 0): "p,q"}) == "a:\n- p,q\n"


def test_a_key_goes_where_it_sorts() -> None:
    assert yamltext.insert_key("a: 1\nc:\n  d: 2\n", "b", "x") == "a: 1\nb: x\nc:\n  d: 2\n"
    assert yamltext.insert_key("a: 1", "b", "x") == "a: 1\nb: x\n"
    assert yamltext.insert_key("c: 1\n", "b", "x") == "b: x\nc: 1\n"


@pytest.mark.parametrize("text", ["a: [s3cret", "\ts3cret: 1", "a: 1\n---\nb: s3cret\n"])
def test_an_error_says_where_and_not_what(text: str) -> None:
    for read in (yamltext.load, yamltext.scalars, lambda text: yamltext.insert_key(text, "a", "b")):
        with pytest.raises(YamlError, match=r"^line \d: not readable as one YAML document") as caught:
            read(text)
        assert "s3cret" not in str(caught.value)


def test_a_key_goes_into_a_mapping_only() -> None:
    for text in ("", "- a\n", "{a: 1}\n"):
        with pytest.raises(YamlError, match="not a mapping with a key a line"):
            yamltext.insert_key(text, "b", "x")


def test_an_empty_text_has_no_values() -> None:
    assert yamltext.scalars("# nothing\n") == ()
