"""Diffs, durations and metrics."""

from datetime import timedelta
from math import isnan
from pathlib import Path

import pytest

from formats import metrics
from formats.diffs import unified
from formats.duration import duration


def test_a_diff_names_the_file_twice() -> None:
    assert unified("a\nb\n", "a\nc\n", "shaolin:/etc/hosts") == (
        "--- shaolin:/etc/hosts (now)\n+++ shaolin:/etc/hosts (after)\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_equal_texts_have_no_diff() -> None:
    assert unified("a\n", "a\n", "x") == ""


def test_a_file_that_comes_or_goes_differs_from_nothing() -> None:
    assert unified("", "a\n", "x") == "--- /dev/null\n+++ x (after)\n@@ -0,0 +1 @@\n+a\n"
    assert unified("a\n", "", "x") == "--- x (now)\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"


def test_a_missing_last_newline_is_shown() -> None:
    assert unified("a", "a\n", "x").splitlines()[-3:] == ["-a", "\\ No newline at end of file", "+a"]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("8760h0m0s", timedelta(days=365)),
        ("1m30s", timedelta(seconds=90)),
        ("1.5h", timedelta(minutes=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("0", timedelta()),
    ],
)
def test_a_duration_is_gos(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "10", "1d", "h", "1h 1m", "-1h"])
def test_what_is_no_duration_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 8760h0m0s"):
        duration(text)


def test_a_metric_is_found_by_its_labels(data: Path) -> None:
    text = (data / "metrics.txt").read_text()
    assert metrics.value(text, "apiserver_request_total", verb="GET", subresource="/readyz") == 4
    assert metrics.value(text, "apiserver_request_total", verb="GET", subresource="nothing") is None
    assert metrics.value(text, "apiserver_request") is None, "not by the beginning of its name"


def test_a_metric_without_labels_is_found() -> None:
    text = '# TYPE up gauge\nup 1\nupper 7\nup{a="b",c="d"} NaN\nleader_election_master_status{name="x"} 1\n'
    assert metrics.value(text, "up") == 1
    assert metrics.value(text, "leader_election_master_status", name="x") == 1
    assert isnan(metrics.value(text, "up", a="b") or 0)


def test_a_histogram_gives_the_bound_that_a_part_of_it_lies_under() -> None:
    lines = [f'etcd_fsync_bucket{{le="{le}"}} {count}' for le, count in (("0.001", 50), ("0.002", 99), ("+Inf", 100))]
    text = "# TYPE etcd_fsync histogram\n" + "\n".join([*lines, "etcd_fsync_sum 1", "etcd_fsync_count 100", ""])
    assert metrics.quantile(text, "etcd_fsync", 0.5) == 0.001
    assert metrics.quantile(text, "etcd_fsync", 0.99) == 0.002
    assert metrics.quantile(text, "etcd_fsync", 0.995) == float("inf")
    assert metrics.quantile(text.replace(" 100\n", " 0\n").replace(" 50\n", " 0\n"), "none", 0.5) is None
