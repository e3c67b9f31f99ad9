"""Bytes that must never be seen: keys, tokens, kubeconfigs with either."""

import hmac
from typing import NoReturn


class Secret:
    """Bytes that no traceback, log line or report shows; only `reveal()` gives them.

    Tracebacks and test reports print the repr of arguments and locals, so it is masked here and not where it
    is printed. Pickling and copying are refused: both would hand the bytes to code that does not know what
    they are.
    """

    __slots__ = ("__value",)

    def __init__(self, value: bytes) -> None:
        self.__value = bytes(value)

    def reveal(self) -> bytes:
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        """Compared byte by byte to the end, so that the time it takes tells nothing."""
        if not isinstance(other, Secret):
            return NotImplemented
        # Not hmac.compare_digest's arguments as locals: a failing test would print them.
        return hmac.compare_digest(self.__value, other.reveal())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a Secret is neither pickled nor copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret is neither pickled nor copied")
