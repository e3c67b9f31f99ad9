"""Manifests with a single value changed: that value and no other byte."""

from pathlib import Path

import pytest

from formats.manifests import ManifestError, parse, with_flag, with_image, with_name


@pytest.fixture
def apiserver(data: Path) -> str:
    return (data / "manifests/extras-shaolin/kube-apiserver.yaml").read_text()


SERVERS = "https://10.24.138.208:2379,https://10.27.52.72:2379"


def test_a_flag_gets_another_value(apiserver: str) -> None:
    own = parse(apiserver).flag("--etcd-servers")
    assert with_flag(apiserver, "--etcd-servers", SERVERS) == apiserver.replace(
        f"--etcd-servers={own}", f"--etcd-servers={SERVERS}"
    )


def test_a_flag_whose_value_is_an_argument_of_its_own_keeps_that_form(apiserver: str) -> None:
    text = apiserver.replace("--secure-port=6443", "--secure-port\n    - '6443'")
    assert with_flag(text, "--secure-port", "7443") == text.replace("- '6443'", "- '7443'")


@pytest.mark.parametrize(("flag", "times"), [("--no-such", 0), ("--service-account-issuer", 2)])
def test_a_flag_that_does_not_stand_there_once_is_told(apiserver: str, flag: str, times: int) -> None:
    with pytest.raises(ManifestError, match=f"kube-apiserver: {flag} stands {times} times in the manifest, not once"):
        with_flag(apiserver, flag, "x")


def test_the_image_is_the_components_own(apiserver: str) -> None:
    """A patch may have put another container beside it."""
    beside = "  containers:\n  - name: beside\n    image: registry.lab/beside:1\n"
    text = apiserver.replace("  containers:\n", beside)
    own = parse(text).image
    assert with_image(text, "registry.lab/kube-apiserver:v1") == text.replace(own, "registry.lab/kube-apiserver:v1")


def test_a_pod_of_another_name_keeps_its_containers(apiserver: str) -> None:
    changed = with_name(apiserver, "kube-apiserver-switched")
    ours, theirs = apiserver.splitlines(), changed.splitlines()
    assert [line for line in theirs if line not in ours] == ["  name: kube-apiserver-switched"]
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("edit", [with_name, with_image])
def test_what_is_no_manifest_is_told(edit: object) -> None:
    assert callable(edit)
    with pytest.raises(ManifestError):
        edit("kind: Service\n", "x")
