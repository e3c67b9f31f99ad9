"""Changing single values of a YAML text while every other byte stays as it is.

Loading and dumping would reorder keys, drop comments and change quotes, and people compare these files with
what kubeadm writes. So the parser says where a scalar stands, and only that span is rewritten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

Path = tuple[str | int, ...]


class YamlError(ValueError):
    """Not one readable YAML document. The message gives the line and never the text: it may hold a key."""


@dataclass(frozen=True)
class Scalar:
    """A value at `path`; `text[start:end]` is how it is written, quotes included."""

    path: Path
    value: str
    start: int
    end: int
    style: str
    flow: bool


def load(text: str) -> object:
    """The document as plain Python values."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None


def scalars(text: str) -> tuple[Scalar, ...]:
    """Every scalar value (not keys), in the order of the text."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None
    return () if root is None else tuple(_walk(root, (), False))


def replace(text: str, values: Mapping[Path, str]) -> str:
    """The text with the scalars at these paths rewritten; a path that isn't there is a KeyError."""
    found = {scalar.path: scalar for scalar in scalars(text)}
    for path in sorted(values, key=lambda path: found[path].start, reverse=True):
        scalar = found[path]
        text = text[: scalar.start] + _written(values[path], scalar) + text[scalar.end :]
    return text


def insert_after(text: str, path: Path, value: str) -> str:
    """The text with one more item in a list, right behind the scalar item at `path`, indented like it."""
    item = next(scalar for scalar in scalars(text) if scalar.path == path)
    if item.flow:
        return text[: item.end] + ", " + quoted(value, flow=True) + text[item.end :]
    lead = text[text.rfind("\n", 0, item.start) + 1 : item.start]
    line_end = text.find("\n", item.end)
    at = len(text) if line_end < 0 else line_end
    return text[:at] + "\n" + lead + quoted(value) + text[at:]


def insert_key(text: str, key: str, value: str) -> str:
    """The text with one more top-level key, in front of the first that sorts behind it: kubeadm sorts."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise YamlError("not a mapping with a key a line")
    behind = (name.start_mark.index for name, _ in root.value if name.value > key)
    at = next(behind, len(text))
    before = text[:at] if text[:at].endswith("\n") or not at else text[:at] + "\n"
    return f"{before}{key}: {quoted(value)}\n{text[at:]}"


def quoted(value: str, flow: bool = False) -> str:
    """A string as kubeadm writes it in YAML: plain if possible, "…" if that read as a number, else '…'."""
    try:
        read = yaml.safe_load(f"[{value}]" if flow else f"- {value}")
    except yaml.YAMLError:
        read = None
    if read == [value]:
        return value
    if isinstance(read, list) and len(read) == 1 and not isinstance(read[0], str | list | dict):
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _written(value: str, scalar: Scalar) -> str:
    if scalar.style == '"' and quoted(scalar.value)[:1] != '"':  # quotes of a human hand stay
        return yaml.dump(value, default_style='"', width=10**9).rstrip("\n")
    if scalar.style == "'" and quoted(scalar.value)[:1] != "'":
        return "'" + value.replace("'", "''") + "'"
    return quoted(value, scalar.flow)


def _walk(node: yaml.Node, path: Path, flow: bool) -> Iterator[Scalar]:
    if isinstance(node, yaml.ScalarNode):
        yield Scalar(path, node.value, node.start_mark.index, node.end_mark.index, node.style or "", flow)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), bool(node.flow_style))
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            yield from _walk(item, (*path, key.value), bool(node.flow_style))


def _unreadable(error: yaml.YAMLError) -> YamlError:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark else ""
    return YamlError(f"{where}not readable as one YAML document ({getattr(error, 'problem', None) or 'malformed'})")
