"""pydantic's errors about nodes.yaml, as sentences that say what to write instead."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from nodes.inventory_models import (
    ChangeTicket,
    Cluster,
    Create,
    Etcd,
    InventoryFile,
    LoadBalancer,
    NodeEntry,
    Ssh,
    Workload,
)
from nodes.yaml_lines import Document, Mistake, Place

_PARTS: Mapping[str, type[BaseModel]] = {
    "": InventoryFile,
    "cluster": Cluster,
    "ssh": Ssh,
    "nodes.*": NodeEntry,
    "load_balancer": LoadBalancer,
    "workload": Workload,
    "create": Create,
    "change": ChangeTicket,
}

# Keys of the design that this version does not carry out; each with what to write meanwhile.
_NOT_YET: Mapping[str, str] = {
    "load_balancer.virtual_address": "name the balancers alone, `nodes: [emei]`",
    "load_balancer.external": "name balancers among the nodes, `nodes: [emei]`",
}


def sentences(error: ValidationError, document: Document) -> Iterator[Mistake]:
    """One mistake for each of pydantic's errors, with its line in the file."""
    details = error.errors(include_url=False)
    set_aside = {_plain(detail)[:-1] for detail in details if _dotted(_plain(detail)) in _NOT_YET}
    for detail in details:
        place = _plain(detail)
        if detail["type"] == "missing" and place[:-1] in set_aside:
            continue  # the key that is not supported yet stands in its place, and has a sentence of its own
        if detail["type"] == "too_short" and detail["input"]:
            continue  # what is in it has mistakes of its own
        if place[:1] == ("accept",) and detail["input"] is None:
            continue  # a consent without a reason: inventory_rules tells
        yield Mistake(document.line(place), _sentence(detail, place))


def nearest(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the one it resembles, else all that are known."""
    known = tuple(known)
    close = difflib.get_close_matches(word.lower(), known, n=1)
    return f"write {close[0]}" if close else f"write {_listed(known)}"


def _sentence(detail: ErrorDetails, place: Place) -> str:
    what, seen, kind = _named(place), detail["input"], detail["type"]
    if kind == "value_error":
        return f"{what}: {detail['ctx']['error']}"
    if kind == "extra_forbidden":
        return _unknown(place)
    if kind == "missing":
        return f"{what} is missing: write `{place[-1]}: {_example(place)}`"
    if seen is None or seen == "" or kind == "too_short":
        return f"{what} is empty: write {_example(place)}{'' if _is_needed(place) else ', or remove the line'}"
    if kind == "enum":
        return f"{what}: unknown role `{seen}`: {_role(str(seen))}"
    if kind == "literal_error":
        return f"{what}: unknown road `{seen}`: {nearest(str(seen), get_args(Etcd))}"
    if kind.startswith("bool"):
        return f"{what}: `{seen}` is neither true nor false: write true or false"
    if kind == "string_pattern_mismatch":
        return f"{what}: `{seen}` has a space in it: write {_example(place)}"
    return f"{what} is {_kind(seen)}, {_wanted(kind)} is expected: write {_example(place)}"


def _unknown(place: Place) -> str:
    key, dotted = str(place[-1]), _dotted(place)
    where = f" in {_dotted_name(place[:-1])}" if place[:-1] else ""
    if dotted in _NOT_YET:
        return f"`{key}`{where} is not supported yet: {_NOT_YET[dotted]}"
    known = tuple(_PARTS[_dotted(place[:-1])].model_fields)
    close = difflib.get_close_matches(key.lower(), known, n=1)
    advice = f"write {close[0]}" if close else f"remove it (known here: {', '.join(known)})"
    return f"unknown key `{key}`{where}: {advice}"


def _role(seen: str) -> str:
    if seen.lower() in ("control-plane", "controlplane", "controller"):
        return "write master"
    return nearest(seen, ("master", "worker"))


def _plain(detail: ErrorDetails) -> Place:
    """The error's place in the file; pydantic adds a word of its own where a key itself is wrong."""
    return tuple(part for part in detail["loc"] if part != "[key]")


def _dotted(place: Place) -> str:
    """The place as `_PARTS` and `_NOT_YET` have it: every node is the same."""
    return ".".join("*" if place[0] == "nodes" and at == 1 else str(part) for at, part in enumerate(place))


def _dotted_name(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _named(place: Place) -> str:
    return f"`{_dotted_name(place)}`" if place else "the file"


def _field(place: Place) -> FieldInfo | None:
    part = _PARTS.get(_dotted(place[:-1]))
    return part.model_fields.get(str(place[-1])) if part and place else None


def _is_needed(place: Place) -> bool:
    field = _field(place)
    return field is None or field.is_required()


def _example(place: Place) -> str:
    """What one would write at `place`."""
    field = _field(place)
    if field and field.examples:
        return str(field.examples[0])
    for beginning, example in (
        ("nodes", "{address: 10.27.53.32, role: master}"),
        ("load_balancer", "a node's name"),
        ("accept", "the reason, in quotes"),
    ):
        if place[:1] == (beginning,):
            return example
    return "`cluster:`, `ssh:`, `nodes:` and so on, as the nodes.yaml of this repository has them"


def _kind(seen: object) -> str:
    if isinstance(seen, Mapping):
        return "a map"
    return "a list" if isinstance(seen, list) else f"the text `{seen}`"


def _wanted(kind: str) -> str:
    if kind in ("tuple_type", "list_type"):
        return "a list"
    return "a map" if kind in ("model_type", "dict_type", "mapping_type", "model_attributes_type") else "a text"


def _listed(words: tuple[str, ...]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
