"""What a kubelet's journal says, and when its silence means something."""

import pytest

from checks.kubelets import parsed

NOW = 1_790_000_000.0
STARTED = 'I1123 10:00:00.000000 4242 server.go:525] "Kubelet version" kubeletVersion="v1.37.2"'
REFUSED = 'E1123 10:00:01.000000 4242 reflector.go:158] "failed" err="x509: certificate is valid for wudang, not api"'


def journal(*lines: tuple[float, str]) -> str:
    """(hours ago, message) as `journalctl -o short-unix` prints them."""
    return "".join(f"{NOW - hours * 3600:.6f} shaolin kubelet[4242]: {text}\n" for hours, text in lines)


@pytest.mark.parametrize(
    ("lines", "proves"),
    [
        ([(0.01, STARTED), (0.0, "I1123 …")], True),
        ([(0.01, "I1123 …"), (0.0, "I1123 …")], False),
        ([(23.9, "I1123 …"), (0.0, "I1123 …")], False),
        ([(24.1, "I1123 …"), (0.0, "I1123 …")], True),
        ([(700.0, STARTED), (0.0, "I1123 …")], True),
        ([], False),
    ],
    ids=["just started", "start lost at once", "less than a day", "a day", "all of a month", "nothing"],
)
def test_silence_counts_from_the_start_or_over_a_day(lines: list[tuple[float, str]], proves: bool) -> None:
    log = parsed(journal(*lines), NOW)
    assert log.proves is proves
    assert log.mentioning("x509: ") == []


def test_an_error_is_found_wherever_it_stands() -> None:
    log = parsed(journal((30.0, STARTED), (29.0, REFUSED), (0.0, "several\n    lines x509: in one message")), NOW)
    assert [line.partition(": ")[2][:5] for line in log.mentioning("x509: ")] == ["E1123", "in on"]
