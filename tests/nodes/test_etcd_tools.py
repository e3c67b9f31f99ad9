"""Where a master's etcdctl is looked for, and what happens when its container is another one a moment later."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from nodes.commands import CommandFailed, Result
from nodes.etcd_tools import EtcdTools, NoEtcdToolsError, Tools
from nodes.reading import Reader, ReadRefused
from nodes.secret import Secret
from tests.changes.programs import Programs

LISTING = """
case "$*" in
  *" containers ls "*) cat "$STATE/labelled" ;;
  *" tasks ls") echo "TASK PID STATUS"; cat "$STATE/tasks" ;;
  *" tasks exec "*)
    grep -q "^$7 " "$STATE/tasks" ||
      { echo "ctr: container \\"$7\\" in namespace \\"k8s.io\\": not found" >&2; exit 1; }
    echo "$6" >> "$STATE/names"; shift 7; "$STATE/$1" "$@" ;;
esac
"""


@dataclass
class Here:
    """As a Session, on this machine."""

    name: str = "wudang"

    def run(self, command: str, *, stdin: bytes | Secret | None = None, deadline: float = 30.0) -> Result:
        assert not isinstance(stdin, Secret)
        line = ["sh", "-c", command]
        ended = subprocess.run(line, input=stdin or b"", capture_output=True, timeout=deadline)  # noqa: S603
        return Result(self.name, command, ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    return Programs(tmp_path, monkeypatch)


@pytest.fixture
def reader() -> Reader:
    return Reader(Here())  # type: ignore[arg-type]  # what a Reader uses of a Session


@pytest.fixture
def master(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """No tools on the PATH but the shell's own, and one etcd container, which answers with what it was asked."""
    monkeypatch.setenv("PATH", f"{programs.folder}:/usr/bin:/bin")
    programs.add("ctr", LISTING)
    container(programs, "aaaaaaaaaaaa")
    inside(programs, 'echo "$@" >> "$STATE/asked"; echo answer')
    return programs


def container(programs: Programs, *running: str, labelled: tuple[str, ...] | None = None) -> None:
    (programs.state / "labelled").write_text("".join(f"{one}\n" for one in labelled or running))
    (programs.state / "tasks").write_text("".join(f"{one} 413 RUNNING\n" for one in running))


def inside(programs: Programs, script: str, version: str = "3.7.3") -> None:
    program = programs.state / "etcdctl"
    first = f'[ "$*" != "etcdctl version" ] || {{ echo "etcdctl version: {version}"; exit; }}'
    program.write_text(f"#!/bin/sh\n{first}\n{script}\n")
    program.chmod(0o755)


def asked(programs: Programs) -> list[str]:
    file = programs.state / "asked"
    return file.read_text().splitlines() if file.exists() else []


def test_the_container_serves_where_the_path_has_none(master: Programs, reader: Reader) -> None:
    tools = EtcdTools()
    assert tools.read(reader, ("member", "list"), ("alarm", "list")) == ["answer\n", "answer\n"]
    first, second = asked(master)
    assert first.endswith("--key=/etc/kubernetes/pki/etcd/server.key member list")
    assert second.endswith(" alarm list")
    names = (master.state / "names").read_text().split()
    assert len(names) == len(set(names)) == 3, "containerd wants another name for each process"


def test_the_path_serves_where_both_are_there_and_young_enough(master: Programs, reader: Reader) -> None:
    for name in ("etcdctl", "etcdutl"):
        master.add(name, f'echo "{name} version: 3.6.14"')
    assert EtcdTools().of(reader) == Tools()
    master.add("etcdctl", 'echo "etcdctl version: 3.4.23"')
    assert EtcdTools().of(reader) == Tools("ctr", "aaaaaaaaaaaa"), "Debian's is too old"
    master.add("etcdctl", "echo \"No help topic for 'version'\"")
    assert EtcdTools().of(reader) == Tools("ctr", "aaaaaaaaaaaa"), "before 3.4 it spoke another protocol"


def test_crictl_serves_where_there_is_no_ctr(master: Programs, reader: Reader) -> None:
    (master.folder / "ctr").unlink()
    master.add(
        "crictl",
        """
case "$1" in
  ps) echo bbbbbbbbbbbb ;;
  exec) shift 3; "$STATE/$1" "$@" ;;
esac
""",
    )
    tools = EtcdTools()
    assert tools.of(reader) == Tools("crictl", "bbbbbbbbbbbb")
    assert tools.read(reader, ("member", "list")) == ["answer\n"]


def test_a_container_that_was_started_again_is_found_again(master: Programs, reader: Reader) -> None:
    tools = EtcdTools()
    assert tools.run(reader, "member", "list").stdout == "answer\n"
    container(master, "bbbbbbbbbbbb", labelled=("aaaaaaaaaaaa", "bbbbbbbbbbbb"))
    assert tools.run(reader, "member", "list").stdout == "answer\n"
    container(master, "cccccccccccc")
    assert tools.read(reader, ("member", "list"), ("alarm", "list")) == ["answer\n", "answer\n"]
    assert len(asked(master)) == 4


def test_what_has_run_and_failed_is_never_sent_again(master: Programs, reader: Reader) -> None:
    """Even where its words look like containerd's: a member may have been added."""
    tools = EtcdTools()
    inside(master, 'echo "$@" >> "$STATE/asked"; echo "Error: member not found" >&2; exit 1')
    assert tools.run(reader, "member", "list").status == 1
    with pytest.raises(CommandFailed, match="member not found"):
        tools.read(reader, ("member", "list"))
    assert len(asked(master)) == 2


@pytest.mark.parametrize(
    ("running", "seen"),
    [((), "no containers of the pod etcd-wudang run"), (("aaaaaaaaaaaa", "bbbbbbbbbbbb"), "2 containers")],
)
def test_no_container_or_two_is_told(master: Programs, reader: Reader, running: tuple[str, ...], seen: str) -> None:
    container(master, *running)
    with pytest.raises(NoEtcdToolsError, match=f"^wudang: {seen}"):
        EtcdTools().of(reader)


def test_a_host_without_any_runtime_client_is_told(master: Programs, reader: Reader) -> None:
    (master.folder / "ctr").unlink()
    with pytest.raises(NoEtcdToolsError, match="neither ctr nor crictl is there"):
        EtcdTools().of(reader)


def test_an_image_without_the_tools_is_told(master: Programs, reader: Reader) -> None:
    (master.state / "etcdctl").unlink()
    with pytest.raises(NoEtcdToolsError, match="`etcdctl version` in the etcd container says"):
        EtcdTools().of(reader)


def test_what_writes_is_refused_inside_a_container_too(master: Programs, reader: Reader) -> None:
    with pytest.raises(ReadRefused):
        EtcdTools().run(reader, "member", "remove", "1")
    assert asked(master) == []


def test_other_members_are_asked_as_this_masters_own_client() -> None:
    """etcd's authority has signed the server's certificate for clients too, and every member trusts it."""
    command = Tools(pki="/srv/pki/etcd").etcdctl("endpoint", "health", endpoints=("https://a:2379", "https://b:2379"))
    assert command == (
        "etcdctl --endpoints=https://a:2379,https://b:2379 --cacert=/srv/pki/etcd/ca.crt"
        " --cert=/srv/pki/etcd/server.crt --key=/srv/pki/etcd/server.key endpoint health"
    )


@pytest.mark.parametrize(
    ("tools", "begins"),
    [
        (Tools(), "etcdctl "),
        (Tools("ctr", "aaaaaaaaaaaa"), "ctr -n k8s.io tasks exec --exec-id kubeadm-ha-mirror aaaaaaaaaaaa etcdctl "),
        (Tools("crictl", "aaaaaaaaaaaa"), "crictl exec --sync aaaaaaaaaaaa etcdctl "),
    ],
)
def test_a_process_that_is_to_be_found_again_has_a_name(tools: Tools, begins: str) -> None:
    """Where the runtime has names for them."""
    assert tools.etcdctl("make-mirror", process="kubeadm-ha-mirror").startswith(begins)
