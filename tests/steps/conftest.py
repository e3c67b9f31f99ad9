"""The state that a test is asked for, and renderings that are made once.

Reading YAML is what these tests' time goes to; the functions are pure, so that the same arguments have the same
answer in every test.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from changes.seen import Seen
from formats import manifests
from tests.steps import states


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Seen:
    """One of states.STATES, by its name."""
    return states.STATES[request.param]()


@pytest.fixture(scope="package", autouse=True)
def remembered() -> Iterator[None]:
    for_node, differences = cache(manifests.for_node), cache(manifests.differences)

    def rendered(text: str, *, initial_cluster: Mapping[str, str] | None = None, **who: Any) -> str:
        return for_node(text, initial_cluster=initial_cluster and Members(initial_cluster), **who)

    def compared(ours: str, theirs: str, ignoring: tuple[str, ...] = ()) -> list[str]:
        return list(differences(ours, theirs, ignoring))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifests, "parse", cache(manifests.parse))
        patched.setattr(manifests, "for_node", rendered)
        patched.setattr(manifests, "differences", compared)
        yield


class Members(dict[str, str]):
    """A dictionary that can be a key; its order is a part of the flag that is made of it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Members) and tuple(self.items()) == tuple(other.items())
