"""Which defects are seeded together: those of which it stays certain who turned which case red."""

from rehearsal.rounds import host_of, rounds
from tests.defects import DEFECTS, Defect

HOSTS = ("shaolin", "wudang", "emei", "huashan")


def defect(name: str, *red: str, without: str = "") -> Defect:
    return Defect(name, 1, red, without=without)


def test_a_defect_is_about_the_host_that_all_of_its_cases_name() -> None:
    assert host_of(defect("a", "test_a[wudang]", "test_b[wudang-kube-scheduler]"), HOSTS) == "wudang"
    assert host_of(defect("a", "test_a[wudang]", "test_a[emei]"), HOSTS) == ""
    assert host_of(defect("a", "test_a[wudang]", "test_b"), HOSTS) == ""
    assert host_of(defect("a", "test_a[kube-scheduler]"), HOSTS) == ""


def test_defects_of_different_hosts_share_a_round_and_others_have_their_own() -> None:
    on_wudang, on_emei = defect("1", "test_a[wudang]"), defect("2", "test_a[emei]")
    of_all, again, bare = defect("3", "test_b"), defect("4", "test_b[wudang]"), defect("5", "test_c", without="accept")
    found = rounds([on_wudang, of_all, on_emei, again, bare], HOSTS)
    assert found == [(on_wudang, on_emei), (of_all,), (again,), (bare,)]


def test_defects_of_the_cluster_share_a_round_where_no_function_is_in_two_of_them() -> None:
    first, second, third = defect("1", "test_a"), defect("2", "test_b"), defect("3", "test_a", "test_c")
    rest = [defect("4", "test_d"), defect("5", "test_e")]
    assert rounds([first, second, third, *rest], HOSTS) == [(first, second, rest[0]), (third, rest[1])]


def test_a_defect_that_disturbs_others_is_alone() -> None:
    first, second = Defect("1", 1, ("test_a",), alone=True), defect("2", "test_b")
    assert rounds([first, second], HOSTS) == [(first,), (second,)]


def test_every_defect_has_one_round() -> None:
    found = [one for several in rounds(DEFECTS, HOSTS) for one in several]
    assert sorted(map(str, found)) == sorted(map(str, DEFECTS))
