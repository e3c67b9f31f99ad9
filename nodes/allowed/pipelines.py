"""What testinfra emits on Debian and Ubuntu with more than one program in it: matched whole, sent as it is."""

import re

from nodes.grammar import NotPlainError, acts_when_opened, words

# A word as shlex.quote writes it.
_WORD = r"""(?P<file>[\w@%+=:,./][\w@%+=:,./-]*|'[^'\n]*'(?:"'"'[^'\n]*')*)"""
_UNIT = r"[A-Za-z0-9_.@:-]+"
_PIPELINES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"sha256sum {_WORD} \| cut -d ' ' -f 1",  # host.file(…).sha256sum
        rf"md5sum {_WORD} \| cut -d' ' -f1",  # host.file(…).md5sum
        rf'systemctl list-unit-files \| grep -q "\^{_UNIT}"',  # host.service(…).exists
        rf"find -L /etc/rc\?\.d/ -name 'S\?\?{_UNIT}'",  # host.service(…).is_enabled
        # host.addr(…).port(…).is_reachable
        r"timeout 1 bash -c 'cat < /dev/null > /dev/tcp/[\w.:-]+/[0-9]+'",
    )
)


def allows(command: str) -> bool:
    for pattern in _PIPELINES:
        if match := pattern.fullmatch(command):
            return _may_be_read(match.groupdict().get("file"))
    return False


def _may_be_read(quoted: str | None) -> bool:
    if quoted is None:
        return True
    try:
        return not any(map(acts_when_opened, words(quoted)))
    except NotPlainError:
        return False
