"""The risks that nodes.yaml may take on (`accept:`): one list for its validation, the refusals and the documents."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Consent:
    """`accepts` completes "you accept …"; `step` is the first one that the risk comes with."""

    name: str
    accepts: str
    step: int


ETCD_VERSION = Consent("etcd-version", "an etcd whose new members may lose data (GHSA-6vch-q96h-7gc3)", 2)
BARE_PODS = Consent("bare-pods", "that masters' pods without a controller are evicted, and nobody makes them anew", 5)
LOCAL_DATA = Consent(
    "local-data", "that masters' pods lose their emptyDirs, and leave behind what is bound to a node", 5
)
SINGLE_BALANCER = Consent("single-balancer", "one balancer alone, whose loss is the loss of the endpoint", 6)

CONSENTS: Mapping[str, Consent] = {
    consent.name: consent for consent in (ETCD_VERSION, BARE_PODS, LOCAL_DATA, SINGLE_BALANCER)
}
"""By name, as nodes.yaml has them."""
