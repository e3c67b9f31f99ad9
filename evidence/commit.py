"""Which version of the runbook ran."""

import subprocess
from pathlib import Path


def commit(folder: Path) -> str:
    """The commit of the clone at `folder`, "+dirty" where files differ from it; "no git" for a mere copy."""
    try:
        if _git(folder, "rev-parse", "--show-prefix"):
            return "no git"  # a copy inside somebody else's clone: that one's commit says nothing about this
        head = _git(folder, "rev-parse", "HEAD")
        return head + ("+dirty" if _git(folder, "status", "--porcelain") else "")
    except (OSError, subprocess.SubprocessError):
        return "no git"


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603 (constant)
    return answer.stdout.strip()
