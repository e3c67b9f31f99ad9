"""Looks at the whole cluster, a round trip or two to each host, side by side; a module for each who is asked."""

from changes.observe.before import observe_before
from changes.observe.cluster import NotSupportedError, observe
from changes.observe.footing import Footing, footing
from changes.observe.machines import machine

__all__ = ["Footing", "NotSupportedError", "footing", "machine", "observe", "observe_before"]
