"""Images that a coming master lacks, and what kubeadm is told to pull them by."""

import pytest

from changes.images import ImagesPulled
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from tests.changes.programs import Programs

IMAGES = ("r/etcd:1", "r/api:2")
PULLED = ImagesPulled("wudang", IMAGES, "kind: ClusterConfiguration\n")


@pytest.fixture(autouse=True)
def runtime(programs: Programs) -> Programs:
    """One image is there; kubeadm pulls what the registry has."""
    programs.add("ctr", 'cat "$STATE/images"')
    programs.add(
        "kubeadm",
        """
echo "$*" >> "$STATE/calls"; cat > "$STATE/given"
[ -e "$STATE/registry" ] || {
  echo 'E1123 PullImage failed: a try' >&2; echo 'error: failed to pull image "r/api:2": connection refused' >&2; exit 1
}
cat "$STATE/registry" >> "$STATE/images"
""",
    )
    (programs.state / "images").write_text("r/etcd:1\n")
    (programs.state / "registry").write_text("r/api:2\n")
    return programs


def test_what_is_missing_is_pulled(both: Hosts, runtime: Programs) -> None:
    look = PULLED.look(both)
    assert (look.so, look.seen, look.diff) == (False, "r/api:2 not there", "+ r/api:2\n")
    PULLED.do(both)
    assert (runtime.state / "calls").read_text() == "config images pull --config /dev/stdin\n"
    assert (runtime.state / "given").read_text() == "kind: ClusterConfiguration\n"
    assert PULLED.look(both).so


def test_where_all_are_there_nothing_is_asked_of_a_registry(both: Hosts, runtime: Programs) -> None:
    (runtime.state / "images").write_text("r/etcd:1\nr/api:2\n")
    assert PULLED.look(both).so


def test_a_registry_that_is_down_is_told_in_its_words(both: Hosts, runtime: Programs) -> None:
    (runtime.state / "registry").unlink()
    with pytest.raises(CommandFailed) as error:
        PULLED.do(both)
    assert str(error.value).endswith('ended with status 1: error: failed to pull image "r/api:2": connection refused')
    assert PULLED.look(both).seen == "r/api:2 not there"


def test_an_image_that_kubeadm_does_not_know_of_stays_missing(both: Hosts, runtime: Programs) -> None:
    """The second look decides, whatever kubeadm says of itself."""
    (runtime.state / "registry").write_text("r/api:3\n")
    PULLED.do(both)
    assert not PULLED.look(both).so


def test_crictl_lists_where_there_is_no_ctr(both: Hosts, runtime: Programs) -> None:
    runtime.add("ctr", "exit 127")
    runtime.add("crictl", """echo '{"images": [{"repoTags": ["r/etcd:1", "r/api:2"], "repoDigests": []}]}'""")
    assert PULLED.look(both).so
