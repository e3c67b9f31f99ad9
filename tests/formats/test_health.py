"""Answers of /readyz, as an apiserver gives them while it starts."""

from formats.health import failing

STARTING = """\
[+]ping ok
[+]log ok
[+]etcd ok
[-]poststarthook/rbac/bootstrap-roles failed: reason withheld
[+]shutdown ok
readyz check failed
"""


def test_only_what_does_not_hold_is_told() -> None:
    assert failing(STARTING) == "[-]poststarthook/rbac/bootstrap-roles failed: reason withheld; readyz check failed"


def test_another_answer_is_told_whole() -> None:
    assert failing('{"status": "Failure",\n "code": 403}\n') == '{"status": "Failure",;  "code": 403}'


def test_an_empty_answer_tells_nothing() -> None:
    assert failing("") == ""
