"""What a master's components need of its disk, by the very commands in a real shell."""

from pathlib import Path
from typing import Any, cast

import pytest

from nodes import named_files
from nodes.reading import Reader
from nodes.unseen import UnreadableError
from tests.changes.folder_host import FolderHost
from tests.formats.test_carried import with_flags, with_volume

PKI = "/etc/kubernetes/pki"
SAMPLE = Path(__file__).parents[1] / "formats/data/manifests/shaolin/kube-apiserver.yaml"
TEXT = with_flags(
    with_volume(SAMPLE.read_text(), "/etc/kubernetes/extra", "Directory"),
    "--encryption-provider-config=/etc/kubernetes/extra/encryption.yaml",
    "--admission-control-config-file=/etc/kubernetes/extra/admission.yaml",
    f"--audit-policy-file={PKI}/audit policy.yaml",
)


@pytest.fixture
def shaolin(tmp_path: Path) -> FolderHost:
    host = FolderHost("shaolin", tmp_path / "shaolin")
    host.put("/etc/kubernetes/extra/encryption.yaml", "resources: [{providers: [{kms: {endpoint: 'unix:///run/k'}}]}]")
    host.put("/etc/kubernetes/extra/admission.yaml", f"plugins: [{{name: x, path: {PKI}/plugin.yaml}}]")
    host.put("/etc/kubernetes/extra/more/unnamed", "")
    host.put(f"{PKI}/plugin.yaml", "{}")
    host.put(f"{PKI}/audit policy.yaml", "")
    return host


def reader(host: FolderHost) -> Reader:
    return Reader(cast(Any, host))


def found(host: FolderHost) -> dict[str, Any]:
    """The folder's own path, under which the commands work here, is taken out of what they print."""
    carriage = named_files.carriages(reader(host), {"kube-apiserver": TEXT}, PKI)["kube-apiserver"]
    return {"equal": sorted(path.replace(str(host.folder), "") for path in carriage.equal), "folders": carriage.folders}


def test_what_is_named_inside_files_and_what_a_folder_holds_is_found(shaolin: FolderHost) -> None:
    assert found(shaolin) == {
        "equal": [
            "/etc/kubernetes/extra/admission.yaml",
            "/etc/kubernetes/extra/admission.yaml",  # as it is named, and as the folder's content
            "/etc/kubernetes/extra/encryption.yaml",
            "/etc/kubernetes/extra/encryption.yaml",
            "/etc/kubernetes/extra/more/unnamed",
            f"{PKI}/audit policy.yaml",
            f"{PKI}/plugin.yaml",
        ],
        "folders": ("/etc/kubernetes/extra",),
    }


def test_a_file_that_cannot_be_read_is_told_without_its_text(shaolin: FolderHost) -> None:
    shaolin.put("/etc/kubernetes/extra/encryption.yaml", "resources:\n - aescbc: {keys: [{secret: 'c2VjcmV0\n")
    with pytest.raises(UnreadableError) as raised:
        found(shaolin)
    assert "shaolin: /etc/kubernetes/extra/encryption.yaml cannot be read: line" in str(raised.value)
    assert "c2VjcmV0" not in str(raised.value) + str(raised.value.__context__)


def test_what_a_host_lacks_is_told_by_path(shaolin: FolderHost) -> None:
    asked = [f"{PKI}/plugin.yaml", f"{PKI}/none", "/etc/kubernetes/extra"]
    assert named_files.lacking(reader(shaolin), asked) == {f"{PKI}/none"}
    assert named_files.lacking(reader(shaolin), []) == frozenset()
