"""When a master's copy of a shared file is not the first master's."""

from pathlib import Path
from typing import Any, cast

import pytest

from checks.shared_files import states, unlike
from nodes.reading import Reader
from tests.changes.folder_host import FolderHost


@pytest.mark.parametrize(
    ("here", "first", "fault"),
    [
        ("aa 600", "aa 600", ""),
        ("bb 600", "aa 600", "its content is not the first master's"),
        ("aa 644", "aa 600", "mode 644, on the first master 600"),
        ("", "aa 600", "not there"),
        ("aa 600", "", "not on the first master"),
        ("", "", "not there"),
    ],
)
def test_a_copy_is_alike_in_content_and_mode(here: str, first: str, fault: str) -> None:
    assert unlike(here, first) == fault


def test_digest_and_mode_are_the_files_own_whatever_it_is_called(tmp_path: Path) -> None:
    host = FolderHost("shaolin", tmp_path)
    for name in ("plain", "with space", "back\\slash"):
        host.put(f"/etc/kubernetes/{name}", "x", 0o640)
    paths = [f"/etc/kubernetes/{name}" for name in ("plain", "with space", "back\\slash", "none")]
    found = states(Reader(cast(Any, host)), paths)
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert list(found.values()) == [f"{digest} 640"] * 3 + [""]
