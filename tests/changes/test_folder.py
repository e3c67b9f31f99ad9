"""A folder that a pod needs, by a real shell."""

from changes.files import Folder
from nodes.hosts import Hosts
from tests.changes.folder_host import FolderHost


def test_a_folder_is_made_with_the_first_masters_mode(both: Hosts, shaolin: FolderHost, wudang: FolderHost) -> None:
    shaolin.at("/etc/kubernetes/policies").mkdir(mode=0o750, parents=True)
    shaolin.at("/etc/kubernetes/policies").chmod(0o750)
    folder = Folder("wudang", "/etc/kubernetes/policies")
    assert folder.look(both).seen == "no such folder"
    folder.do(both)
    assert folder.look(both).so
    assert wudang.mode("/etc/kubernetes/policies") == "0750"


def test_a_folder_may_have_a_mode_of_its_own(both: Hosts, wudang: FolderHost) -> None:
    Folder("wudang", "/var/lib/etcd", 0o700).do(both)
    assert wudang.mode("/var/lib/etcd") == "0700"


def test_a_folder_that_is_there_stays_as_it_is(both: Hosts, wudang: FolderHost) -> None:
    wudang.put("/etc/kubernetes/policies/own", "x")
    assert Folder("wudang", "/etc/kubernetes/policies").look(both).so
