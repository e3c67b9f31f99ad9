"""Whether a key can be read in what is printed, logged or visible in the list of processes."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable

import pytest


def seen(key: bytes, said: Iterable[str]) -> list[str]:
    """The lines of a PEM key that stand in one of the texts, as they are or in a kubeconfig's base64."""
    lines = [line for line in key.decode().splitlines() if re.fullmatch(r"[A-Za-z0-9+/=]{8,}", line)]
    assert lines, "this is no key"
    pieces = [line[:24] for line in lines] + [b64encode(key).decode()[offset : offset + 24] for offset in (60, 120)]
    return [piece for piece in pieces for text in said if piece in text]


def reported(act: Callable[[], object]) -> str:
    """What a report shows of an act: what it gave, or the traceback with the arguments of the functions on the way."""
    try:
        return str(act())
    except Exception:
        return str(pytest.ExceptionInfo.from_current().getrepr(style="long", funcargs=True))
