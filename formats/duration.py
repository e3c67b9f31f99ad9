"""Go's durations, as Kubernetes writes them in YAML: "8760h0m0s", "1m30s", "500ms"."""

import re
from datetime import timedelta

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)")


def duration(text: str) -> timedelta:
    """ValueError where it isn't one (time.ParseDuration; no negative ones)."""
    parts = _PART.findall(text)
    if text != "0" and (not parts or "".join(number + unit for number, unit in parts) != text):
        raise ValueError(f"{text!r} is not a duration such as 8760h0m0s")
    return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
