"""The conversion itself, under the eyes of a prober that counts what is lost."""

import pytest

from nodes.hosts import Hosts
from rehearsal import cluster
from rehearsal.prober import Count, asked_everywhere, conversion_beside
from rehearsal.runs import Run, green


@pytest.fixture(scope="module")
def apiserver_started(view: Hosts) -> str:
    return started(view)


@pytest.fixture(scope="module")
def conversion(
    view: Hosts, apiserver_started: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, list[Count]]:
    return conversion_beside(view, tmp_path_factory.mktemp("prober"))


def test_conversion_ends_green(conversion: tuple[Run, list[Count]]) -> None:
    run, _ = conversion
    green(run)
    print(f"{len(run.cases)} cases, {run.seconds:.0f} s in all")
    assert "3 masters stand" in run.output


def test_no_request_was_lost(conversion: tuple[Run, list[Count]]) -> None:
    _, counts = conversion
    asked_everywhere(counts)
    lost = sum(count.lost for count in counts)
    assert lost == 0, [count.losses[:3] for count in counts if count.lost]


def test_first_masters_apiserver_was_not_restarted(
    conversion: tuple[Run, list[Count]], view: Hosts, apiserver_started: str
) -> None:
    assert started(view) == apiserver_started


def test_report_carries_what_a_ticket_needs(conversion: tuple[Run, list[Count]]) -> None:
    run, _ = conversion
    found = run.properties
    assert found["ticket"] == "CHG0042"
    assert found["kubernetes version"] == "v1.37.2"
    assert found["etcd version"] == "3.7.3"
    assert len(found["cluster uid"]) == 36
    assert found["runbook commit"] not in ("", "unknown")


def test_no_key_was_printed_or_reported(conversion: tuple[Run, list[Count]], view: Hosts) -> None:
    run, _ = conversion
    assert cluster.keys_told(view, run) == []


def started(view: Hosts) -> str:
    """The start of the first master's apiserver, by its process."""
    return view.first.check("ps -C kube-apiserver -o pid=,lstart=")
