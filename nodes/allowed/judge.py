"""What the tables of allowed programs are made of."""

from collections.abc import Callable, Sequence

# Whether a program may be called with these arguments.
Judge = Callable[[Sequence[str]], bool]

ANY = r".*"
NAME = r"[A-Za-z0-9][A-Za-z0-9_.@:/-]*"
