"""A clock against the middle of all."""

from checks.clocks import Offset, apart


def offsets(*seconds: float, uncertainty: float = 0.01) -> list[Offset]:
    return [Offset(one, uncertainty) for one in seconds]


def test_one_clock_that_is_wrong_is_that_hosts_matter_alone() -> None:
    everybody = offsets(0.1, 0.0, 2.5, 0.05)
    assert [apart(own, everybody) for own in everybody] == ["", "", "2.4 s ahead of the others'", ""]


def test_a_clock_may_also_be_behind() -> None:
    everybody = offsets(0.0, 0.0, -90.0)
    assert apart(everybody[2], everybody) == "90.0 s behind the others'"


def test_where_half_of_the_clocks_are_wrong_nobody_is_believed() -> None:
    everybody = offsets(0.0, 0.0, 5.0, 5.0)
    assert all(apart(own, everybody) for own in everybody)


def test_what_the_round_trip_leaves_open_is_no_difference() -> None:
    everybody = offsets(0.0, 0.0, 1.3, uncertainty=0.2)
    assert not any(apart(own, everybody) for own in everybody)
