"""Which objects a selector means: by labels, and of nodes also by their names."""

from collections.abc import Mapping
from typing import Any


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """A LabelSelector: all of it must hold; an empty one means everything, none means nothing."""
    if selector is None:
        return False
    exact = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        _holds(one, labels) for one in selector.get("matchExpressions") or ()
    )


def selects_node(selector: Mapping[str, Any] | None, name: str, labels: Mapping[str, str]) -> bool:
    """A NodeSelector: one of its terms must hold, and an empty term holds for none; without a selector, any node."""
    if selector is None:
        return True
    return any(_term_holds(term, name, labels) for term in selector.get("nodeSelectorTerms") or ())


def _term_holds(term: Mapping[str, Any], name: str, labels: Mapping[str, str]) -> bool:
    by_label, by_field = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not by_label and not by_field:
        return False
    return all(_holds(one, labels) for one in by_label) and all(
        _holds(one, {"metadata.name": name}) for one in by_field
    )


def _holds(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    values: list[str]
    there, values = labels.get(requirement["key"]), requirement.get("values") or []
    match requirement["operator"]:
        case "In":
            return there in values
        case "NotIn":
            return there not in values
        case "Exists":
            return there is not None
        case "DoesNotExist":
            return there is None
        case "Gt":
            return there is not None and int(there) > int(values[0])
        case "Lt":
            return there is not None and int(there) < int(values[0])
    return False
