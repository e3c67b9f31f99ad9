"""APIServices: which groups the apiserver serves itself, and which it hands on."""

from collections.abc import Mapping
from typing import Any

from formats.kubernetes.objects import every


def unavailable(text: str) -> list[str]:
    """NAME: REASON of those that are not Available, from `kubectl get apiservices -o json`."""
    return [sentence for sentence in every(text, "APIService", _fault) if sentence]


def _fault(found: Mapping[str, Any]) -> str:
    conditions = {condition["type"]: condition for condition in (found.get("status") or {}).get("conditions") or ()}
    available = conditions.get("Available", {})
    if available.get("status") == "True":
        return ""
    return f"{found['metadata']['name']}: {available.get('message') or available.get('reason') or 'never reported'}"
