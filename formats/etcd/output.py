"""Reading the JSON. What is zero, false or empty is left out of it: hence every .get in this package."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class EtcdOutputError(ValueError):
    """Not the JSON that the command named in the message prints."""


def read(command: str, text: str, convert: Callable[[Any], T]) -> T:
    """What `convert` makes of the JSON, or EtcdOutputError with the beginning of what was printed instead."""
    try:
        return convert(json.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        shown = text.strip()[:200] or "nothing"
        raise EtcdOutputError(f"`{command} -w json` printed what etcd 3.5 to 3.7 don't print: {shown}") from error


def identity(number: int | None) -> str:
    """An ID in hexadecimal; "" for none."""
    return f"{number:x}" if number else ""
