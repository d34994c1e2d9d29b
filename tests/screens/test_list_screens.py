"""The lists of persons, groups and locations: what they show, find and sort, and what leads on from them."""

import re

import pytest
import sqlalchemy as sa

from app.models import Enrolment, Group, Guardianship, PersonKind
from app.services.reach import recompute_reach
from tests.screens.screens_world import LISTS, elsewhere, here, lindelaan

__all__ = ["elsewhere", "here", "lindelaan"]  # fixtures


def names(page):
    """The names in the first column, in the order of the page."""
    return re.findall(r'<td class="key" role="cell"><a href="[^"]+">([^<]+)</a>', page)


def get(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def caption(page):
    return " ".join(re.sub(r"<[^>]+>", "", re.search(r'id="lijst">(.*?)</h2>', page, re.S)[1]).split())


@pytest.fixture
def class_of_thirty(make_person, lindelaan):
    return [make_person(location=lindelaan, last_name=f"Naam{n:02}") for n in range(30)]


def test_the_caption_counts_range_total_and_selection_z124(admin_client, class_of_thirty):
    assert caption(get(admin_client, LISTS["pupils"])) == "Leerlingen - 1 t/m 25 (van 30) geselecteerd: 0"
    assert caption(get(admin_client, LISTS["pupils"] + "?page=2")) == "Leerlingen - 26 t/m 30 (van 30) geselecteerd: 0"


def test_an_empty_list_counts_zero_and_says_what_to_do(admin_client, lindelaan):
    page = get(admin_client, LISTS["pupils"] + "?search=niemand")
    assert caption(page) == "Leerlingen - 0 t/m 0 (van 0) geselecteerd: 0"
    assert "Niemand gevonden" in page
    assert "Wis alle filters" in page


@pytest.mark.parametrize("size", [12, 50, 100])
def test_rows_per_page_are_chosen_z125(admin_client, class_of_thirty, size):
    assert len(names(get(admin_client, f"{LISTS['pupils']}?page_size={size}"))) == min(size, 30)


def test_every_row_is_on_exactly_one_page_also_on_those_read_from_the_end(admin_client, class_of_thirty):
    pages = [names(get(admin_client, f"{LISTS['pupils']}?page_size=12&page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [12, 12, 6]
    assert sum(pages, []) == sorted(sum(pages, []))


def test_names_sort_on_the_surname_without_its_prefix_z208(admin_client, make_person, lindelaan):
    for first, prefix, last in (("Sanne", "van den", "Berg"), ("Özlem", None, "Adsız"), ("Aad", None, "Bergman")):
        make_person(location=lindelaan, first_name=first, prefix=prefix, last_name=last)
    make_person(location=lindelaan, first_name="Bas", prefix="'t", last_name="Hart")
    found = names(get(admin_client, LISTS["pupils"]))
    assert found == ["Adsız, Özlem", "Berg, Sanne van den", "Bergman, Aad", "Hart, Bas &#39;t"]
    assert names(get(admin_client, LISTS["pupils"] + "?desc=1")) == found[::-1]


@pytest.mark.parametrize("typed", ["ozlem", "ÖZLEM", "adsi", "Adsız, Özlem", "dsi", "104009", "104009@leerling"])
def test_a_part_of_the_name_finds_with_and_without_accents_z119(admin_client, make_person, lindelaan, typed):
    make_person(
        location=lindelaan, first_name="Özlem", last_name="Adsız", number="104009", email="104009@leerling.example"
    )
    make_person(location=lindelaan, first_name="Sanne", last_name="Berg", number="104213", email=None)
    assert names(get(admin_client, f"{LISTS['pupils']}?search={typed}")) == ["Adsız, Özlem"]


@pytest.mark.parametrize("typed", ["100%", "_", "\\", "'"])
def test_signs_of_sql_are_letters_like_any_other(admin_client, make_person, lindelaan, typed):
    make_person(location=lindelaan, last_name="Gewoon", email=None)
    assert names(get(admin_client, f"{LISTS['pupils']}?search={typed}")) == []


def test_pupils_are_filtered_by_location_group_year_of_study_and_status_z093(
    admin_client, session, make_person, here, lindelaan
):
    gone = make_person(location=lindelaan, last_name="Vertrokken")
    gone.left_on = gone.created_at.date()
    session.commit()
    make_person(location=lindelaan, last_name="Zonder", email=None)
    base = LISTS["pupils"]
    assert names(get(admin_client, base)) == ["eigennaam, eigen", "Zonder, Noor"]
    assert names(get(admin_client, base + "?left=1")) == ["Vertrokken, Noor"]
    assert len(names(get(admin_client, base + "?left=all"))) == 3
    assert names(get(admin_client, base + "?group=EIGEN2a")) == ["eigennaam, eigen"]
    assert names(get(admin_client, base + "?year_of_study=2")) == ["eigennaam, eigen"]
    assert len(names(get(admin_client, f"{base}?location={lindelaan.id}"))) == 2
    assert names(get(admin_client, base + "?account=0")) == ["Zonder, Noor"]


def test_the_filter_jaartal_shows_where_a_pupil_was_in_earlier_years_z172(
    admin_client, session, make_location, here, lindelaan
):
    old = make_location("Havenkwartier")
    session.add(
        Enrolment(
            institution_id=old.institution_id,
            person_id=here["pupils"],
            school_year=2024,
            location_id=old.id,
            year_of_study=1,
        )
    )
    session.add(
        Group(institution_id=old.institution_id, location_id=lindelaan.id, school_year=2024, name="1B", sort_key="1b")
    )
    recompute_reach(session, old.institution_id)
    session.commit()
    now, then = get(admin_client, LISTS["pupils"]), get(admin_client, LISTS["pupils"] + "?year=2024")
    assert ">Lindelaan</span>" in now
    assert ">Havenkwartier</span>" in then
    assert names(then) == ["eigennaam, eigen"]
    assert names(get(admin_client, LISTS["pupils"] + "?year=2023")) == []
    record = get(admin_client, f"{LISTS['pupils']}{here['pupils']}/")
    assert "2024/2025" in record
    assert "Havenkwartier" in record
    chosen = get(admin_client, f"{LISTS['pupils']}{here['pupils']}/?year=2026")
    assert "Havenkwartier" not in chosen


def test_the_record_of_a_pupil_links_to_guardian_staff_group_and_account_z171(admin_client, here):
    page = get(admin_client, f"{LISTS['pupils']}{here['pupils']}/")
    for endpoint in ("guardians", "staff", "groups"):
        assert f'href="{LISTS[endpoint]}{here[endpoint]}/"' in page
    assert f'href="/beheer/accounts/{here["accounts"]}/"' in page
    assert "moeder, ontvangt post" in page


def test_guardian_staff_and_group_link_back_to_the_pupil_z278(admin_client, here):
    for endpoint in ("guardians", "staff", "groups"):
        assert f'href="{LISTS["pupils"]}{here["pupils"]}/"' in get(admin_client, f"{LISTS[endpoint]}{here[endpoint]}/")


@pytest.mark.parametrize(
    ("has_authority", "words"), [(True, "met ouderlijk gezag"), (False, "zonder ouderlijk gezag"), (None, None)]
)
def test_authority_stands_on_the_pages_of_pupil_and_guardian_and_silence_shows_nothing(
    admin_client, session, here, has_authority, words
):
    session.execute(sa.update(Guardianship).values(has_authority=has_authority))
    session.commit()
    for endpoint in ("pupils", "guardians"):
        page = get(admin_client, f"{LISTS[endpoint]}{here[endpoint]}/")
        assert f"moeder, ontvangt post{', ' if words else '<'}{words or ''}" in page


def test_guardians_show_relation_and_post_z265_z266(admin_client, here):
    page = get(admin_client, LISTS["guardians"])
    assert "eigennaam, eigen (moeder)" in page
    assert 'data-label="Post">Ja' in page


def test_groups_are_shown_per_school_year_z276(admin_client, session, here, lindelaan):
    old = Group(
        institution_id=lindelaan.institution_id, location_id=lindelaan.id, school_year=2024, name="1B", sort_key="1b"
    )
    session.add(old)
    session.commit()
    assert names(get(admin_client, LISTS["groups"])) == ["eigen2A"]
    assert names(get(admin_client, LISTS["groups"] + "?year=2024")) == ["1B"]
    assert "2024/2025" in get(admin_client, LISTS["groups"])


def test_locations_show_their_code_and_numbers(admin_client, here):
    page = get(admin_client, LISTS["locations"])
    assert "99ZZ01" in page
    assert re.search(r'data-label="Leerlingen">1</td>', page)
    assert re.search(r'data-label="Medewerkers">2</td>', page)  # one of the group, and the administrator by hand


def test_everything_the_filter_finds_is_chosen_on_the_server_z097(app, admin_client, administrator, class_of_thirty):
    from werkzeug.datastructures import MultiDict

    from app.admin.lists.screen import screen_named

    page = get(admin_client, LISTS["pupils"] + "?search=naam0&everything=1")
    assert 'name="everything" value="1"' in page
    with app.test_request_context():
        from flask_login import login_user

        login_user(administrator)
        form = MultiDict({"everything": "1", "query": "search=naam0"})
        assert screen_named("pupils").chosen_ids(form) == [person.id for person in class_of_thirty[:10]]
        ticked = MultiDict([("rowid", str(class_of_thirty[3].id)), ("rowid", "abc"), ("rowid", "999999")])
        assert screen_named("pupils").chosen_ids(ticked) == [class_of_thirty[3].id]


@pytest.mark.parametrize("screen", ["pupils", "guardians", "groups", "locations"])
def test_what_comes_from_the_roster_has_no_route_that_changes_it_z005_z170_z178(app, screen):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{screen}.")]
    assert rules
    assert all(rule.methods <= {"GET", "HEAD", "OPTIONS"} for rule in rules)


@pytest.mark.parametrize("screen", LISTS)
@pytest.mark.parametrize("path", ["new/", "edit/?id=1", "delete/", "action/", "ajax/lookup/?name=x", "ajax/update/"])
def test_flask_admins_own_ways_to_write_do_not_exist(admin_client, screen, path):
    for method in ("GET", "POST"):
        assert admin_client.open(LISTS[screen] + path, method=method).status_code in (400, 404)


def test_a_list_of_persons_offers_to_make_accounts(admin_client, here):
    page = get(admin_client, LISTS["pupils"])
    assert 'formaction="/beheer/accounts/check/"' in page
    assert 'name="kind" value="pupil"' in page
    assert 'name="task" value="create"' in page


def test_long_values_are_cut_off_with_the_whole_in_the_title_z128(admin_client, make_person, lindelaan):
    address = "een.heel.lang.adres.van.iemand@leerling.zilverlinde.example"
    make_person(location=lindelaan, email=address)
    assert f'<span class="cut" title="{address}">' in get(admin_client, LISTS["pupils"])


def test_somebody_who_left_is_marked_and_found_on_request_part_7_nr_23(admin_client, session, make_person, lindelaan):
    person = make_person(location=lindelaan, last_name="Weg")
    person.left_on = person.created_at.date()
    session.commit()
    assert "Vertrokken" in get(admin_client, LISTS["pupils"] + "?left=1")
    assert session.scalar(sa.select(sa.func.count()).where(Enrolment.person_id == person.id)) == 1
    assert person.kind is PersonKind.PUPIL
