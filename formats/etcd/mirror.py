"""What the road `mirror` writes down on the first master: where its new cluster began, and what the switch saw."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class Begun:
    """Written before anything else, so that a second run goes on with the same cluster.

    from_cluster  the old etcd's id
    token         of the new cluster: no other one is taken for it
    ahead         the revision that it begins at, above every one of the old etcd's
    """

    from_cluster: str
    token: str
    ahead: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError, TypeError where the text is not such a note."""
        return cls(**json.loads(text))

    @property
    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True)
class Proof:
    """What the switch saw under its fence, with the old etcd at rest.

    revision, keys  the old etcd's
    old, new        a digest over every key with its value, of either side
    """

    from_cluster: str
    to_cluster: str
    revision: int
    keys: int
    old: str
    new: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError, TypeError where the text is not such a note."""
        return cls(**json.loads(text))

    @property
    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"
