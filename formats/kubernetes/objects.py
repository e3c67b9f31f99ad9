"""Reading the JSON of API objects."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


class KubernetesOutputError(ValueError):
    """Not the JSON of the kind of object asked for. The message repeats no values: they may be secret."""


def one(text: str, kind: str, convert: Callable[[Mapping[str, Any]], T]) -> T:
    """A single object of that kind."""
    try:
        found = json.loads(text)
        if found.get("kind") != kind:
            raise KubernetesOutputError(f"a {found.get('kind')} where a {kind} was asked for")
        return convert(found)
    except KubernetesOutputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KubernetesOutputError(f"not the JSON of a {kind} ({type(error).__name__}: {error})") from None


def every(text: str, kind: str, convert: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
    """All objects of a list of that kind: a "List" of `kubectl get`, or e.g. a "NodeList" of the API."""
    try:
        found = json.loads(text)
        if found.get("kind") not in ("List", f"{kind}List"):
            raise KubernetesOutputError(f"a {found.get('kind')} where a list of {kind} was asked for")
        return tuple(convert(item) for item in found["items"])
    except KubernetesOutputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KubernetesOutputError(f"not the JSON of a list of {kind} ({type(error).__name__}: {error})") from None


def moment(text: str | None) -> datetime | None:
    """A Time or MicroTime, in UTC."""
    return datetime.fromisoformat(text) if text else None
