"""What is looked at beside the rest before the first change, with programs and a server that are stood in for."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast

import pytest

from changes.observe import before
from nodes.etcd_tools import NoEtcdToolsError
from nodes.hosts import Hosts
from tests.changes.programs import Programs
from tests.steps import states

HISTOGRAM = "".join(
    f'etcd_disk_wal_fsync_duration_seconds_bucket{{le="{le}"}} {count}\n'
    for le, count in (("0.001", 10), ("0.008", 990), ("0.016", 1000), ("+Inf", 1000))
)


class Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(HISTOGRAM.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def served() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Metrics) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def disk_seconds(hosts: Hosts, url: str) -> float | None:
    texts = {"etcd": states.sample_manifests()["etcd"].replace("http://127.0.0.1:2381", url)}
    assert url in texts["etcd"]
    return before._disk_seconds(hosts, replace(states.fresh(), manifests=texts))


def test_how_long_etcds_log_takes_is_read_from_its_own_count(both: Hosts, served: int) -> None:
    assert disk_seconds(both, f"http://127.0.0.1:{served}") == 0.008


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:2381"])
def test_a_count_that_nobody_serves_is_not_known(both: Hosts, url: str) -> None:
    assert disk_seconds(both, url) is None


def test_a_config_map_that_is_not_there_is_none_and_an_empty_one_is_empty(both: Hosts, programs: Programs) -> None:
    cluster = replace(both, inventory=states.inventory())
    programs.add("kubectl", 'cat "$STATE/answer"')
    for answer, data in (("", None), (json.dumps({"data": None}), {}), (json.dumps({"data": {"a": "b"}}), {"a": "b"})):
        (programs.state / "answer").write_text(answer)
        assert before._config_map(cluster, "kube-system/kube-proxy") == data


def test_a_member_without_an_etcdctl_to_ask_it_with_is_silent(both: Hosts) -> None:
    """An earlier run was killed before its container was there."""

    class Silent:
        def etcdctl(self, *_: str, on: str) -> str:
            raise NoEtcdToolsError(f"{on}: no etcdctl, and no etcd container")

    assert before._member_list(cast(Any, Silent()), "wudang") == "wudang: no etcdctl, and no etcd container"
