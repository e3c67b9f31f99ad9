"""What the components' pins say, and that a build's name changes with all that goes into it and nothing else."""

import shutil
from pathlib import Path

import pytest

from lab import components
from lab.components import ALL, BY_NAME, Component
from lab.places import COMPONENTS
from lab.toolchain import Go, Version, needed

GO = Go(Path("/usr/bin/go"), Version((1, 26, 8)))


def test_every_folder_of_components_is_a_component() -> None:
    assert {path.name for path in COMPONENTS.iterdir()} == set(BY_NAME)


@pytest.mark.parametrize("component", [each for each in ALL if each.module], ids=lambda each: each.name)
def test_pinned_version_is_read_from_go_mod(component: Component) -> None:
    assert component.version.startswith("v")


def test_commands_are_named_after_what_they_are() -> None:
    assert set(BY_NAME["etcd"].commands) == {"etcd", "etcdctl", "etcdutl"}
    assert "kube-apiserver" in BY_NAME["kubernetes"].commands
    assert BY_NAME["coredns"].commands == {"coredns": "github.com/coredns/coredns"}
    assert BY_NAME["web"].commands == {"web": "."}


def test_kubernetes_is_stamped_with_its_version() -> None:
    version = BY_NAME["kubernetes"].version
    assert f"-X k8s.io/component-base/version.gitVersion={version}" in BY_NAME["kubernetes"].flags[-1]
    assert "-X k8s.io/component-base/version.gitMajor=1 " in BY_NAME["kubernetes"].flags[-1]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the pins that a test may change."""
    folder = Path(shutil.copytree(COMPONENTS, tmp_path / "components"))
    monkeypatch.setattr(components, "COMPONENTS", folder)
    return folder


def test_a_changed_pin_renames_that_component_s_build_alone(copied: Path) -> None:
    before = {each.name: each.key(GO) for each in ALL}
    pins = copied / "coredns" / "go.mod"
    version = BY_NAME["coredns"].version
    pins.write_text(pins.read_text().replace(f"coredns/coredns {version}", "coredns/coredns v9.9.9"))
    after = {each.name: each.key(GO) for each in ALL}
    assert {name for name in before if before[name] != after[name]} == {"coredns"}


def test_another_compiler_renames_every_build(copied: Path) -> None:
    other = Go(GO.path, Version((1, 27, 0)))
    assert all(each.key(GO) != each.key(other) for each in ALL)


def test_versions_of_go_are_compared_as_numbers() -> None:
    assert Version.of("go version go1.9.7 linux/amd64") < Version.of("go 1.26") < Version.of("go1.26.8")
    assert str(Version.of("go1.26")) == "1.26.0"


def test_the_newest_go_that_any_pin_asks_for_is_needed() -> None:
    assert needed() >= Version((1, 26, 0))
