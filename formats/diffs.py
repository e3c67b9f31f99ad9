"""Differences between two texts, as people read them in a plan."""

from difflib import unified_diff


def unified(before: str, after: str, name: str) -> str:
    """A unified diff, "" where nothing differs. A file that doesn't exist yet is an empty `before`."""
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"{name} (now)" if before else "/dev/null",
            f"{name} (after)" if after else "/dev/null",
        )
    )
