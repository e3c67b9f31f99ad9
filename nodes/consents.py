"""The risks that nodes.yaml may take on (`accept:`): one list for its validation, the refusals and the documents."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Consent:
    """`accepts` completes "you accept …"; `step` is the first one that the risk comes with."""

    name: str
    accepts: str
    step: int


SINGLE_BALANCER = Consent("single-balancer", "one balancer alone, whose loss is the loss of the endpoint", 6)

CONSENTS: Mapping[str, Consent] = {consent.name: consent for consent in (SINGLE_BALANCER,)}
"""By name, as nodes.yaml has them."""
