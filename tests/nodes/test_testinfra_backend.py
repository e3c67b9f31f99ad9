"""testinfra's own modules over the reading side, against this machine through a real sshd."""

import hashlib
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from testinfra.host import Host

from nodes import testinfra_backend
from nodes.reading import Reader, ReadRefused
from nodes.session import Session
from tests.nodes.real_sshd import Sshd

DEBIAN = Path("/etc/debian_version").exists()


@pytest.fixture
def host(session: Session) -> Host:
    return testinfra_backend.testinfra_host(Reader(session))


class TestFiles:
    def test_mode_owner_and_size(self, host: Host, tmp_path: Path) -> None:
        path = tmp_path / "a file"
        path.write_text("text")
        path.chmod(0o640)
        file = host.file(str(path))
        assert (file.exists, file.is_file, file.is_directory) == (True, True, False)
        assert (file.mode, file.size, file.uid) == (0o640, 4, os.getuid())
        assert file.user
        assert file.group
        assert file.mtime.timestamp() == int(path.stat().st_mtime)

    def test_content_and_digests(self, host: Host, tmp_path: Path) -> None:
        path = tmp_path / "it's a file"
        path.write_bytes(b"caf\xe9 \xc3\xa9\n")
        file = host.file(str(path))
        assert file.content == b"caf\xe9 \xc3\xa9\n"
        assert file.sha256sum == hashlib.sha256(b"caf\xe9 \xc3\xa9\n").hexdigest()
        assert file.md5sum == hashlib.md5(b"caf\xe9 \xc3\xa9\n", usedforsecurity=False).hexdigest()
        path.write_text("café\n")
        assert file.content_string == "café\n"
        assert file.contains("^caf")

    def test_links_and_folders(self, host: Host, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("folder")
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder/inside").touch()
        assert host.file(str(tmp_path / "link")).is_symlink
        assert host.file(str(tmp_path / "link")).linked_to == str(tmp_path / "folder")
        assert host.file(str(tmp_path / "folder")).listdir() == ["inside"]

    def test_a_device_that_acts_when_opened_is_not_read(self, host: Host) -> None:
        with pytest.raises(ReadRefused):
            _ = host.file("/dev/watchdog").content


class TestSystem:
    def test_what_system_it_is(self, host: Host) -> None:
        assert host.system_info.type == "linux"
        assert host.system_info.arch == os.uname().machine

    def test_commands_are_found(self, host: Host) -> None:
        assert host.exists("sh")
        assert not host.exists("no-such-command")

    @pytest.mark.skipif(not DEBIAN, reason="testinfra asks dpkg on Debian and Ubuntu alone")
    def test_packages(self, host: Host) -> None:
        assert host.package("dpkg").is_installed
        assert host.package("dpkg").version
        assert not host.package("no-such-package").is_installed

    def test_processes(self, host: Host, sshd: Callable[..., Sshd]) -> None:
        server = sshd("another", "127.0.0.2")
        assert server.process
        process = host.process.get(pid=server.process.pid)
        assert process.comm == "sshd"
        assert process.ppid == os.getpid()

    def test_mount_points(self, host: Host) -> None:
        assert host.mount_point("/proc").filesystem == "proc"
        assert not host.mount_point("/no/such/folder").exists

    def test_sysctl(self, host: Host) -> None:
        if not shutil.which("sysctl", path="/usr/sbin:/sbin"):
            pytest.skip("no sysctl here: install procps")
        assert host.sysctl("kernel.ostype") == "Linux"

    @pytest.mark.skipif(not Path("/run/systemd/system").exists(), reason="systemd does not run here")
    def test_services(self, host: Host) -> None:
        assert host.service("systemd-journald").is_running
        assert host.service("systemd-journald").systemd_properties["ActiveState"] == "active"
        assert not host.service("no-such-service").is_running

    @pytest.mark.skipif(not shutil.which("systemctl"), reason="no systemctl here")
    def test_services_are_enabled_or_not(self, host: Host) -> None:
        """Without a running systemd the answer is about files, and testinfra falls back to those of System V."""
        try:
            enabled = host.service("no-such-service").is_enabled
        except AssertionError as error:
            assert "/etc/rc" in str(error)  # noqa: PT017 - find says that the folders are not there
        else:
            assert not enabled


class TestNetwork:
    def test_listening_sockets(self, host: Host) -> None:
        if not shutil.which("ss"):
            pytest.skip("no ss here: install iproute2")
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert host.socket(f"tcp://127.0.0.1:{server.getsockname()[1]}").is_listening
        assert not host.socket("tcp://127.0.0.1:1").is_listening

    def test_interfaces(self, host: Host) -> None:
        if not shutil.which("ip", path="/usr/sbin:/usr/bin:/sbin"):
            pytest.skip("no ip here: install iproute2")
        assert host.interface("lo").exists
        assert "127.0.0.1" in host.interface("lo", "inet").addresses
        assert "lo" in host.interface.names()
        assert host.interface("lo").link[0]["ifname"] == "lo"
        assert not host.interface("no-such-one").exists

    def test_addresses(self, host: Host) -> None:
        assert host.addr("localhost").is_resolvable
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            assert host.addr("127.0.0.1").port(port).is_reachable
        assert not host.addr("127.0.0.1").port(port).is_reachable


class TestRefusals:
    def test_what_writes_is_refused(self, host: Host, tmp_path: Path) -> None:
        (tmp_path / "x").touch()
        for command in ("rm %s", "cat %s; true", "touch %s", "sh -c 'rm %s'"):
            with pytest.raises(ReadRefused):
                host.run(command, str(tmp_path / "x"))
        assert (tmp_path / "x").exists()

    def test_modules_that_would_need_more_are_refused_as_well(self, host: Host) -> None:
        with host.sudo("nobody"), pytest.raises(ReadRefused):
            host.run("uname -s")
        with pytest.raises(ReadRefused):
            host.iptables.rules()

    def test_what_was_read_is_not_logged(self, host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        (tmp_path / "key").write_text("a key's bytes")
        with caplog.at_level("DEBUG", "testinfra"):
            assert host.file(str(tmp_path / "key")).content_string == "a key's bytes"
        assert "a key's bytes" not in caplog.text

    def test_nothing_is_asked_about_encodings(self, host: Host) -> None:
        """testinfra would run python3 on the host, which the reading side refuses."""
        assert host.backend.encoding == "utf-8"
        assert host.backend.get_pytest_id() == "reader://wudang"
