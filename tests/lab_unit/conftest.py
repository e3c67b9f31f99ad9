"""What the lab's unit tests share: hosts of a nodes.yaml of their own, and folders instead of the machine's."""

from pathlib import Path

import pytest

from lab.hosts import Hosts, load
from lab.places import Places

NODES = """\
ssh: {key: .lab/id, known_hosts: .lab/known_hosts}
nodes:
  shaolin: {address: 10.27.53.32, role: master}
  wudang: {address: 10.24.138.208, role: master}
  huashan: {address: 10.27.52.80, role: worker}
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    path = tmp_path / "nodes.yaml"
    path.write_text(NODES)
    return load(path)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(state=tmp_path / "state", cache=tmp_path / "cache")
