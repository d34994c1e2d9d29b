"""A large school has few different names, keys and sets of groups: each is kept once."""

from app.services.roster.plan.link_sets import linked
from tests.sources.edexml.edexml_world import GROUPS, edex, pupil, read

__all__ = ["read"]


def test_who_has_the_same_groups_shares_one_set_with_them():
    sets = linked([(1, 7), (2, 7), (1, 8), (2, 8), (3, 8), (3, 7), (4, 9), (1, 7)])

    assert sets == {1: {7, 8}, 2: {7, 8}, 3: {7, 8}, 4: {9}}
    assert sets[1] is sets[2] is sets[3]


def test_a_name_or_key_that_comes_back_is_kept_once(read):
    inside = "<achternaam>De Boer</achternaam><roepnaam>Noor-Jan</roepnaam><groep key='g-1'/>"
    one, other = read(edex(GROUPS.replace('"g1"', '"g-1"'), pupils=pupil("1", inside) + pupil("2", inside))).pupils

    assert (one.last_name, one.first_name, one.group_key) == ("De Boer", "Noor-Jan", "g-1")
    assert one.last_name is other.last_name
    assert one.first_name is other.first_name
    assert one.group_key is other.group_key
