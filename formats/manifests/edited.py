"""A manifest with single values changed; every other byte stays."""

from formats.manifests.manifest import Argument, ManifestError, parse
from formats.yamltext import replace


def with_flag(text: str, flag: str, value: str) -> str:
    """The manifest with another value of a flag ("--name") that it has once. Raises ManifestError."""
    manifest = parse(text)
    found: list[Argument] = [argument for argument in manifest.arguments if argument.name == flag]
    if len(found) != 1:
        raise ManifestError(f"{manifest.name}: {flag} stands {len(found)} times in the manifest, not once")
    (argument,) = found
    return replace(text, {argument.path: argument.lead + value})


def with_image(text: str, image: str) -> str:
    """The manifest with another image of its component. Raises ManifestError."""
    manifest = parse(text)
    return replace(text, {(*manifest.container, "image"): image})


def with_name(text: str, name: str) -> str:
    """The manifest as that of a pod of another name; its container keeps its own. Raises ManifestError."""
    parse(text)
    return replace(text, {("metadata", "name"): name})
