"""The reading side over a real sshd."""

import os
import time
from pathlib import Path

import pytest

from nodes.commands import CommandFailed, DeadlinePassed
from nodes.reading import Reader, ReadRefused
from nodes.session import Session


@pytest.fixture
def reader(session: Session) -> Reader:
    return Reader(session)


class TestOneCommand:
    def test_what_is_allowed_runs(self, reader: Reader, tmp_path: Path) -> None:
        (tmp_path / "a 'b'").write_text("text")
        result = reader.run(f"""cat "{tmp_path}/a 'b'" /no/such/file""")
        assert (result.status, result.stdout) == (1, "text")
        assert "No such file" in result.stderr
        assert reader.check(f"stat -c %s '{tmp_path}/a '\"'\"'b'\"'\"") == "4\n"

    def test_what_fails_raises_in_check(self, reader: Reader) -> None:
        with pytest.raises(CommandFailed, match="No such file"):
            reader.check("cat /no/such/file")

    def test_what_is_not_allowed_is_not_sent(self, reader: Reader, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for command in (
            f"rm {tmp_path}/file",
            f"cat /etc/hosts; rm {tmp_path}/file",
            f"cat $(rm {tmp_path}/file)",
        ):
            with pytest.raises(ReadRefused) as error:
                reader.run(command)
            assert str(error.value).startswith(f"wudang: the reading side does not run `{command}`: ")
        assert (tmp_path / "file").exists()

    def test_words_stay_words(self, reader: Reader, tmp_path: Path) -> None:
        """What looks like more inside quotes is a file's name to the host, too."""
        name = f"{tmp_path}/$(touch made) `touch made` ; touch made"
        Path(name).write_text("odd")
        assert reader.check(f"cat '{name}'") == "odd"
        assert not (tmp_path / "made").exists()

    def test_a_deadline(self, reader: Reader, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "fifo")
        with pytest.raises(DeadlinePassed):
            reader.run(f"cat {tmp_path}/fifo", deadline=0.5)
        (tmp_path / "fifo").write_bytes(b"")  # ends the cat that waits there


class TestSeveralCommands:
    def test_each_has_its_own_result(self, reader: Reader, tmp_path: Path) -> None:
        (tmp_path / "without line end").write_text("no line end")
        (tmp_path / "empty").write_text("")
        (tmp_path / "lines").write_text("\n\none\n\n")
        commands = [
            f"cat '{tmp_path}/without line end'",
            f"cat {tmp_path}/empty",
            "cat /no/such/file",
            f"cat {tmp_path}/lines",
            "test -e /no/such/file",
            "command -v sh",
            f"sha256sum {tmp_path}/empty | cut -d ' ' -f 1",
            "uname -s",
        ]
        results = reader.run_all(commands)
        assert [result.command for result in results] == commands
        assert [result.status for result in results] == [0, 0, 1, 0, 1, 0, 0, 0]
        assert [result.stdout for result in results] == [
            "no line end",
            "",
            "",
            "\n\none\n\n",
            "",
            "/usr/bin/sh\n",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
            "Linux\n",
        ]
        assert [bool(result.stderr) for result in results] == [False, False, True, *[False] * 5]
        assert results[2].stderr == "cat: /no/such/file: No such file or directory\n"

    def test_no_command_is_no_round_trip(self, reader: Reader, session: Session) -> None:
        assert reader.run_all([]) == []
        assert session._client is None

    def test_one_that_is_refused_stops_all_before_any_is_sent(self, reader: Reader, session: Session) -> None:
        with pytest.raises(ReadRefused):
            reader.run_all(["cat /etc/hosts", "reboot"])
        assert session._client is None

    def test_one_that_does_not_end_is_ended_and_the_next_one_runs(self, reader: Reader, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "fifo")
        start = time.monotonic()
        results = reader.run_all(["uname -s", f"cat {tmp_path}/fifo", "uname -s"], deadline=1)
        assert [result.status for result in results] == [0, 124, 0]
        assert time.monotonic() - start < 4

    def test_what_a_command_prints_cannot_end_it(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not even the list of processes, with the shell's own command line, has what the results are parted by."""
        monkeypatch.setattr("secrets.token_hex", lambda size: "ab" * size)
        processes, system = reader.run_all(["ps -Aww -o args", "uname -s"])
        assert "read -r token" in processes.stdout
        assert "ab" * 16 not in processes.stdout
        assert system.stdout == "Linux\n"

    def test_lines_that_look_like_an_end_are_content(self, reader: Reader, tmp_path: Path) -> None:
        forged = "x\n0123456789abcdef0123456789abcdef 0\n$token 0\n"
        (tmp_path / "forged").write_text(forged)
        first, second = reader.run_all([f"cat {tmp_path}/forged", "uname -s"])
        assert (first.stdout, second.stdout) == (forged, "Linux\n")

    def test_they_get_no_stdin(self, reader: Reader) -> None:
        first, second = reader.run_all(["cat", "cat -"])
        assert (first.status, first.stdout, second.status, second.stdout) == (0, "", 0, "")

    def test_etcdctl_with_its_assignment(self, reader: Reader) -> None:
        """Bounded like the others, which puts `timeout` behind the assignment and not before it."""
        (result,) = reader.run_all(["ETCDCTL_API=3 etcdctl version"])
        assert result.status in (0, 127)
        assert "ETCDCTL_API=3" not in result.stderr

    def test_many(self, reader: Reader) -> None:
        results = reader.run_all([f"cat /no/such/file/{number}" for number in range(300)])
        assert len(results) == 300
        assert all(f"/{number}:" in result.stderr for number, result in enumerate(results))
