"""Golden hosts: which are kept, and that what goes into one names it."""

import os
from pathlib import Path

from lab import golden, images
from lab.components import chosen


def test_the_four_that_were_used_last_are_kept(tmp_path: Path) -> None:
    for age in range(6):
        path = tmp_path / f"golden-{age}"
        path.mkdir()
        os.utime(path, (1000 - age, 1000 - age))
    assert [path.name for path in golden.stale_ones(tmp_path.glob("golden-*"))] == ["golden-4", "golden-5"]


def test_another_version_or_a_registry_makes_another_golden_host() -> None:
    usual = {place: Path(f"{each.name}-1") for place, each in chosen().items()}
    keys = {golden._key(images.of(chosen()), usual)}
    for other in ("kubernetes-1.36", "etcd-3.7.0", "registry"):
        components = chosen([other])
        programs = {place: Path(f"{each.name}-1") for place, each in components.items()}
        keys.add(golden._key(images.of(components), programs))
    assert len(keys) == 4


def test_a_variant_has_its_component_in_the_place_of_the_usual_one() -> None:
    assert chosen(["etcd-3.7.0"])["etcd"].name == "etcd-3.7.0"
    assert chosen(["kubernetes-1.36"])["kubernetes"].name == "kubernetes-1.36"
    assert set(chosen(["kubernetes-1.36"])) == set(chosen())
    assert set(chosen(["registry"])) - set(chosen()) == {"registry"}
