"""How a command line is taken apart and held against the forms that may be run.

A command is judged as the list of words that a shell would make of it, and what is then sent is made from
those words again, each quoted: nothing stands between the judgement and the shell that could mean something
else.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Outside quotes: only what no shell gives a meaning to. Within double quotes `$`, a backquote and a backslash
# keep theirs; within single quotes nothing does. A line end is never needed.
_PLAIN = r"[A-Za-z0-9_@%+=:,./{}^~-]"
_WORDS = re.compile(rf"""(?:{_PLAIN}|[ ]|'[^'\n\r\0]*'|"[^"$`\\\n\r\0]*")+""")


class NotPlainError(ValueError):
    """A command holds more than words, or words that are in no allowed form."""


def words(command: str) -> list[str]:
    """The words of a command line that holds words only. Raises NotPlainError for anything more."""
    if not _WORDS.fullmatch(command) or re.search(r"(?:^| )~", command):
        raise NotPlainError("it holds what a shell acts upon, such as ; & | < > $ ` * ? ~: give plain or quoted words")
    return shlex.split(command)


@dataclass(frozen=True)
class Form:
    """One way in which a program may be called.

    `verb`: its first operands, such as "member list". `flags`, `valued`: the options without and with a
    value, separated by spaces, where a flag ending in `=` may have one behind that sign; `flags=None` allows
    any option. `operands`: what every further operand matches whole; None where there may be none. `needs`:
    one of these options must be there. `long_dash`: `-name` is one option and no bundle of letters.
    `contents`: the program opens the files that are named.
    """

    verb: str = ""
    flags: str | None = ""
    valued: str = ""
    operands: str | None = None
    needs: str = ""
    long_dash: bool = False
    contents: bool = False

    def __call__(self, arguments: Sequence[str]) -> bool:
        """Whether a program's arguments are of this form."""
        try:
            sorted_out = list(self._sorted_out(arguments))
        except NotPlainError:
            return False
        options = {word for kind, word in sorted_out if kind == "option"}
        operands = [word for kind, word in sorted_out if kind == "operand"]
        verb = self.verb.split()
        rest = operands[len(verb) :]
        if operands[: len(verb)] != verb or (self.needs and not options & set(self.needs.split())):
            return False
        if rest and (self.operands is None or not all(re.fullmatch(self.operands, word, re.DOTALL) for word in rest)):
            return False
        return not self.contents or not any(acts_when_opened(word) for kind, word in sorted_out if kind != "option")

    def _sorted_out(self, arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Every word with its kind: option, value, operand. Raises NotPlainError for an unlisted option."""
        waiting = iter(arguments)
        for word in waiting:
            if word == "--":
                yield from (("operand", rest) for rest in waiting)
            elif not word.startswith("-") or word == "-":
                yield "operand", word
            elif self.flags is None:
                yield "option", word
            else:
                yield from self._option(word, self.flags.split(), waiting)

    def _option(self, word: str, flags: list[str], waiting: Iterator[str]) -> Iterator[tuple[str, str]]:
        valued = self.valued.split()
        name, equals, value = word.partition("=")
        if word in flags or (equals and name + equals in flags):
            yield "option", word
        elif word in valued:
            yield "option", word
            yield "value", _value(waiting)
        elif equals and name in valued and name.startswith("--"):
            yield "option", name
            yield "value", value
        elif word.startswith("--") or self.long_dash:
            raise NotPlainError(word)
        else:
            yield from _bundle(word, flags, valued, waiting)


def _bundle(word: str, flags: list[str], valued: list[str], waiting: Iterator[str]) -> Iterator[tuple[str, str]]:
    """`-tnp` is `-t -n -p`; a letter with a value has it in the rest of the word, or in the next one."""
    for at, letter in enumerate(word[1:], 1):
        yield "option", f"-{letter}"
        if f"-{letter}" in valued:
            yield "value", word[at + 1 :] or _value(waiting)
            return
        if f"-{letter}" not in flags:
            raise NotPlainError(word)


def _value(waiting: Iterator[str]) -> str:
    """The next word as an option's value; never one that looks like an option.

    Some programs take a word for the value only if it can be one, and act upon it otherwise:
    `journalctl -n --vacuum-size=1`.
    """
    value = next(waiting, "-")
    if value.startswith("-"):
        raise NotPlainError(value)
    return value


def acts_when_opened(path: str) -> bool:
    """Whether opening this file does something: an opened watchdog restarts the host, a log is read once.

    A path with `..` in it counts as one that does: nobody needs it, and it would have to be resolved on the
    host.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return ".." in parts or (parts[:1] == ["dev"] and parts != ["dev", "null"]) or parts == ["proc", "kmsg"]
