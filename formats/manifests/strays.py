"""What in a rendered manifest still belongs to the first master, or doesn't yet belong to its own node."""

from collections.abc import Iterator

from formats.manifests.flags import ADVERTISED, REACHED_AT, is_same_everywhere
from formats.manifests.manifest import Manifest, parse
from formats.manifests.renaming import Renaming
from formats.proxies import EXCEPTIONS
from formats.yamltext import Path, scalars


def strays(text: str, renaming: Renaming) -> Iterator[str]:
    """A phrase for each place, with its flag, variable or field; none where all is the node's own."""
    manifest = parse(text)
    arguments = {argument.path: argument for argument in manifest.arguments}
    for scalar in scalars(text):
        argument = arguments.get(scalar.path)
        if argument and is_same_everywhere(argument):
            continue
        if scalar.path[-1] == "image":  # a registry's address is the same everywhere
            continue
        if _is_no_proxy(manifest, scalar.path):  # whoever is reached directly is so from every master
            continue
        value = argument.value if argument else scalar.value
        for mention in renaming.mentions(value, by_name=argument is not None or "env" in scalar.path):
            yield f"{argument.name if argument else _field(manifest, scalar.path)} names {mention}"
    for flag in ADVERTISED.get(manifest.name, ()):
        value = manifest.flag(flag) or "not set"
        if not renaming.is_named_by(value):
            yield f"{flag} is {value}, without the node's address {renaming.address}"
    for flag in REACHED_AT.get(manifest.name, ()):
        value = manifest.flag(flag) or "not set"
        if not renaming.is_reached_by(value):
            yield f"{flag} is {value}, without the node's address {renaming.address}"


def _is_no_proxy(manifest: Manifest, path: Path) -> bool:
    return path[-1] == "value" and "env" in path and manifest.at(path[:-1]).get("name") in EXCEPTIONS


def _field(manifest: Manifest, path: Path) -> str:
    if path[-1] == "value" and "env" in path:
        return f"the variable {manifest.at(path[:-1])['name']}"
    return ".".join(map(str, path))
