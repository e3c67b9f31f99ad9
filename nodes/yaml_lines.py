"""YAML read with the line of every key and item, so that a mistake can be pointed at.

Every scalar stays the text that was written, and an empty value is None: YAML 1.1 would make a node called
`on` a truth value and `10:30` a number. Which texts are numbers is for the models to say, who know what is
wanted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

Place = tuple[str | int, ...]
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, order=True)
class Mistake:
    """`text` says what is wrong, then, after a colon, what to write instead. Lines count from 1."""

    line: int
    text: str


class NotYamlError(Exception):
    """The text cannot be read at all; `mistake` says where it stops making sense."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(f"line {mistake.line}: {mistake.text}")
        self.mistake = mistake


@dataclass(frozen=True)
class Document:
    """`value` is made of dict, list, str and None. `lines` has the line of each key and each item in it."""

    value: object
    lines: Mapping[Place, int]
    mistakes: tuple[Mistake, ...] = field(default=())

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(data: bytes) -> Document:
    """Read one document; doubled and odd keys are in its `mistakes`. Raises NotYamlError."""
    text = _text(data)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise NotYamlError(Mistake(line, f"`*{event.anchor}` stands for another part: write the value itself"))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise NotYamlError(_mistake(error, text)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        seen = f"the character {chr(error.character)!r}" if isinstance(error.character, int) else "a character"
        raise NotYamlError(Mistake(line, f"{seen} may not stand in YAML: remove it")) from None
    lines: dict[Place, int] = {}
    mistakes: list[Mistake] = []
    value = None if root is None else _plain(root, (), lines, mistakes)
    return Document(value, lines, tuple(mistakes))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotYamlError(
            Mistake(line, f"byte 0x{data[error.start]:02x} is no UTF-8: save the file as UTF-8")
        ) from None


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], mistakes: list[Mistake]) -> object:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, number), lines, mistakes) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return {
            key: _plain(value, (*place, key), lines, mistakes) for key, value in _keys(node, place, lines, mistakes)
        }
    return None if node.tag == _NULL else str(node.value)


def _keys(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], mistakes: list[Mistake]
) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append(Mistake(line, "a list or a map stands where a key is expected: write `key: value`"))
            continue
        here = (*place, key.value)
        if here in lines:
            first = f"first on line {lines[here]}"
            mistakes.append(Mistake(line, f"`{key.value}` is written twice ({first}): keep one of the two"))
            continue
        lines[here] = line
        yield key.value, value


# What PyYAML says is wrong, and what to do about it, where its own words leave that open.
_ADVICE = (
    ("'\\t'", "a tab: indent with spaces"),
    ("mapping values are not allowed", "a colon where none is expected: write one `key: value` a line, the "
     "keys of one map indented alike, and a value that holds `: ` in quotes"),
    ("could not find expected ':'", "a line without a colon: write `key: value`"),
    ("expected ',' or", "a bracket that is not closed, or a missing comma: close it, or write the comma"),
    ("unexpected end of stream", "a quote that is not closed: close it"),
    ("cannot start any token", "a value that begins with a special character: put it in quotes"),
    ("expected <block end>", "a line that does not go with those above it: indent the keys of one map alike"),
    ("another document", "a second document begins: write one, without `---` between"),
    ("undefined alias", "`*` stands for another part: write the value, in quotes if it begins with `*`"),
)  # fmt: skip


def _mistake(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    problem = error.problem or "it cannot be read"
    context = error.context or ""
    mark = error.problem_mark or error.context_mark
    # Where something was opened and never closed, the place where it was opened is the one to look at.
    if error.context_mark and ("flow" in context or "quoted" in context or "simple key" in context):
        mark = error.context_mark
    line = min(mark.line + 1, text.rstrip().count("\n") + 1) if mark else 1
    advice = next((advice for words, advice in _ADVICE if words in problem), f"{problem}: write plain YAML")
    return Mistake(line, advice if advice.startswith("a tab") else f"not YAML, {advice}")
