"""Running a program on this machine: a list of words, and an error that carries what was printed."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class CommandFailed(Exception):  # noqa: N818 - named for what happened, as everywhere here
    """A program ended with a status other than 0."""

    def __init__(self, argv: Sequence[str], status: int, stdout: str, stderr: str) -> None:
        self.argv, self.status, self.stdout, self.stderr = tuple(argv), status, stdout, stderr
        said = (stderr.strip() or stdout.strip() or "it printed nothing")[-3000:]
        super().__init__(f"`{' '.join(argv)[:300]}` ended with status {status}:\n{said}")


def run(
    argv: Sequence[str | Path],
    *,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Give stdout; raises CommandFailed on a status other than 0 and when `timeout` (seconds) has passed."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(words, input=stdin, env=env, cwd=cwd, timeout=timeout, capture_output=True)  # noqa: S603 - the lab's own words
    except subprocess.TimeoutExpired as late:
        out, err = (part or b"" for part in (late.stdout, late.stderr))
        raise CommandFailed(words, -1, out.decode(), f"no end after {timeout} s\n{err.decode()}") from late
    stdout, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    if done.returncode:
        raise CommandFailed(words, done.returncode, stdout, stderr)
    return stdout
