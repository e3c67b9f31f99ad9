"""Where a Service leads."""

from collections.abc import Iterator, Mapping
from typing import Any

from formats.kubernetes.objects import every


def addresses(text: str) -> set[str]:
    """The ready ones of `kubectl get endpointslices -l kubernetes.io/service-name=NAME -o json`.

    An endpoint that says nothing of being ready is, as the API defines it.
    """
    return {address for slice_ in every(text, "EndpointSlice", _addresses) for address in slice_}


def _addresses(found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_ready(found))


def _ready(found: Mapping[str, Any]) -> Iterator[str]:
    for endpoint in found.get("endpoints") or ():
        if (endpoint.get("conditions") or {}).get("ready") is not False:
            yield from endpoint["addresses"]
