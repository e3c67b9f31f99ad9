"""Room: what pods ask for, as the scheduler counts it."""

from typing import Any

import pytest

from formats.kubernetes import Resources, quantity, requests
from formats.kubernetes.resources import allocatable

MIB = 1 << 20


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("250m", "0.25"), ("2", "2"), (2, 2), ("0.5", "0.5"), ("100Mi", 100 * MIB), ("1Gi", 1024 * MIB)),
        *(("128k", 128000), ("1e3", 1000), ("2E", 2 * 10**18), ("12E1", 120), ("5u", "0.000005")),
    ],
    ids=repr,
)
def test_quantities_are_read_as_the_api_reads_them(text: object, value: object) -> None:
    assert quantity(text) == quantity(value)


@pytest.mark.parametrize("text", ["", "m", "1 Gi", "1KiB", "ten"])
def test_what_is_no_quantity_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        quantity(text)


def asking(cpu: str = "0", memory: str = "0", **more: Any) -> dict[str, Any]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}


def test_containers_add_up_and_a_pod_takes_a_place() -> None:
    spec = {"containers": [asking("250m", "64Mi"), asking("0.1"), {}]}
    assert requests(spec) == Resources(350, 64 * MIB, 1)


def test_init_containers_count_where_one_of_them_asks_for_more_than_the_rest_together() -> None:
    spec = {"containers": [asking("100m", "64Mi")], "initContainers": [asking("500m"), asking("300m", "32Mi")]}
    assert requests(spec) == Resources(500, 64 * MIB, 1)


def test_init_containers_that_keep_running_count_beside_all_that_follows() -> None:
    sidecar = asking("200m", restartPolicy="Always")
    assert requests({"containers": [asking("100m")], "initContainers": [sidecar, asking("250m")]}).cpu == 450
    assert requests({"containers": [asking("300m")], "initContainers": [asking("250m"), sidecar]}).cpu == 500


def test_overhead_is_added_and_what_the_pod_asks_for_as_a_whole_stands_for_its_containers() -> None:
    spec = {
        "containers": [asking("100m", "10Mi")],
        "resources": {"requests": {"cpu": "1"}},
        "overhead": {"cpu": "50m", "memory": "5Mi"},
    }
    assert requests(spec) == Resources(1050, 15 * MIB, 1)


def test_what_is_short_is_said_as_a_person_says_it() -> None:
    free = Resources(200, 64 * MIB, 0)
    assert free.lacking(Resources(650, 100 * MIB, 4)) == (
        "650m of CPU wanted, 200m free, 100 MiB of memory wanted, 64 MiB free, 4 places for pods wanted, 0 free"
    )
    assert (free - Resources(300)).lacking(Resources(1)) == "1m of CPU wanted, 0m free"


def test_what_is_not_asked_for_is_not_short_even_where_nothing_is_left() -> None:
    assert Resources(-100, 0, 1).holds(Resources(pods=1))


def test_a_node_gives_what_its_status_says() -> None:
    assert allocatable({"allocatable": {"cpu": "3920m", "memory": "4Gi", "pods": "110"}}) == Resources(
        3920, 4096 * MIB, 110
    )
    assert allocatable({}) == Resources()
