"""Places: how they are written, and which comes first."""

import pytest

from evidence.place import Place


@pytest.mark.parametrize(("place", "written"), [(Place(3), "3"), (Place(2, 3), "2.3")])
def test_place_is_read_as_it_is_written(place: Place, written: str) -> None:
    assert str(place) == written
    assert Place.read(written) == place


@pytest.mark.parametrize("written", ["", "two", "2.", ".3", "2.0", "2.3.1", "-1", " 2", "2.3\n"])
def test_what_is_no_place_is_not_read(written: str) -> None:
    with pytest.raises(ValueError, match="neither a step nor a part"):
        Place.read(written)


def test_step_ends_behind_its_parts() -> None:
    places = [Place(3), Place(2), Place(1), Place(2, 2), Place(2, 10), Place(3, 1)]
    assert sorted(places) == [Place(1), Place(2, 2), Place(2, 10), Place(2), Place(3, 1), Place(3)]


def test_step_holds_its_parts_and_a_part_only_itself() -> None:
    assert Place(2, 3) in Place(2)
    assert Place(2) in Place(2)
    assert Place(2, 3) in Place(2, 3)
    assert Place(2) not in Place(2, 3)
    assert Place(2, 4) not in Place(2, 3)
    assert Place(3) not in Place(2)
