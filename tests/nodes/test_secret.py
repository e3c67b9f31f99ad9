"""A Secret is shown by nothing that prints, stores or sends its surroundings."""

import copy
import json
import pickle
import pprint
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from string import Template

import pytest

from nodes.secret import Secret

HIDDEN = b"-----BEGIN PRIVATE KEY-----"


@dataclass
class Carrier:
    name: str
    key: Secret


WAYS: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda secret: f"{secret} {secret!r} {secret!s} {secret!a} {secret:>40}",
    "format": lambda secret: "{} {0!r}".replace("{}", "{0}").format(secret),
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    "template": lambda secret: Template("$secret").substitute(secret=secret),
    "in a list": lambda secret: str([secret]),
    "in a dict": lambda secret: str({"key": secret}),
    "in a dataclass": lambda secret: repr(Carrier("ca", secret)),
    "pprint": lambda secret: pprint.pformat({"key": secret}),
    "dir": lambda secret: str(dir(secret)),
    "exception": lambda secret: repr(ValueError(secret)) + str(ValueError(secret)),
    "traceback with locals": lambda secret: _traceback(secret),
}


def _traceback(secret: Secret) -> str:
    try:
        raise ValueError(secret)
    except ValueError as error:
        whole = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(whole.format())


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_does_not_show(way: str) -> None:
    shown = WAYS[way](Secret(HIDDEN))
    assert "PRIVATE" not in shown
    assert way == "dir" or "Secret(…)" in shown or "Secret(\\u2026)" in shown


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        pickle.dumps(Secret(HIDDEN), protocol)


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda secret: secret.__getstate__()])
def test_a_secret_is_not_copied(copier: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        copier(Secret(HIDDEN))


def test_a_secret_is_not_serialized_as_json() -> None:
    with pytest.raises(TypeError) as error:
        json.dumps({"key": Secret(HIDDEN)})
    assert "PRIVATE" not in str(error.value)
    assert json.dumps({"key": Secret(HIDDEN)}, default=str) == '{"key": "Secret(\\u2026)"}'


def test_a_secret_has_no_dictionary_of_attributes() -> None:
    with pytest.raises(TypeError):
        vars(Secret(HIDDEN))


def test_a_secret_is_revealed_on_demand_alone() -> None:
    assert Secret(HIDDEN).reveal() == HIDDEN


def test_secrets_compare_by_content_and_only_with_each_other() -> None:
    assert Secret(HIDDEN) == Secret(bytes(HIDDEN))
    assert Secret(HIDDEN) != Secret(HIDDEN + b"\n")
    assert Secret(HIDDEN) != HIDDEN
    assert len({Secret(HIDDEN), Secret(bytes(HIDDEN)), Secret(b"")}) == 2


def test_a_failing_comparison_of_secrets_shows_neither(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from nodes.secret import Secret
        def test_it():
            assert Secret(b"PRIV" + b"ATE-one") == Secret(b"PRIV" + b"ATE-two")
        """
    )
    report = pytester.runpytest_inprocess("-vv", "--showlocals", "-p", "no:cacheprovider")
    report.assert_outcomes(failed=1)
    assert "PRIVATE" not in report.stdout.str()
