"""A manifest, told by its objects."""

from collections.abc import Mapping

import yaml


def objects(manifest: str) -> tuple[str, ...]:
    """What a manifest makes, as KIND NAMESPACE/NAME. Raises ValueError where a document names no object."""
    named = []
    try:
        found = [one for one in yaml.safe_load_all(manifest) if one is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}not readable as YAML: {getattr(error, 'problem', '') or 'malformed'}") from None
    for number, one in enumerate(found, 1):
        metadata = one.get("metadata") if isinstance(one, Mapping) else None
        if not (isinstance(metadata, Mapping) and one.get("kind") and one.get("apiVersion") and metadata.get("name")):
            raise ValueError(f"document {number} is no object of the API: it has no apiVersion, kind or name")
        space = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        named.append(f"{one['kind']} {space}{metadata['name']}")
    if not named:
        raise ValueError("it holds no object")
    return tuple(named)
