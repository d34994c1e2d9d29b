"""Beheer > Instelling > Accounts: the list, its filters, its exports, and the reach of the administrator."""

import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
import sqlalchemy as sa

from app.models import Account, Location, PersonKind, Role
from tests.screens.account_screens_world import (
    ACCOUNTS,
    ELSEWHERE,
    elsewhere,
    here,
    in_group,
    landlord,
    other_school,
    page,
    pupil,
    stranger,
    text_of,
    valid,
)
from tests.screens.lists_world import make_administrator, make_school

__all__ = ["elsewhere", "here", "in_group", "landlord", "other_school", "pupil", "stranger"]  # fixtures
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_the_list_has_its_columns_buttons_and_status_line_z116_z126_z127_z131_to_z134(
    admin_client, pupil, make_account
):
    make_account(pupil, username="ozlemadsiz", last_login_at=NOW)
    words = page(admin_client)
    columns = "Gebruikersnaam Eigenaar Rol E-mail Vestigingen Groep Geblokkeerd Actief Bewerken"
    assert columns in words
    assert "ozlemadsiz Adsiz, Özlem Direct betrokkene ozlem@leerling.example Lindelaan Nee Ja" in words
    for button in (
        "Nieuwe applicatiebeheerder",
        "Nieuw account maken voor…",
        "Wachtwoord resetten voor geselecteerde accounts",
        "Blokkeren",
        "Inactief maken",
    ):
        assert button in words
    assert "admin_vanderwal (applicatiebeheerder) De Zilverlinde 99ZZ BeheerAccountsPage" in words


def test_the_caption_counts_range_total_and_selection_z124_z125(admin_client, make_person, make_account, here):
    for _number in range(12):
        make_account(make_person(location=here))
    assert "Accounts - 1 t/m 12 (van 13) geselecteerd: 0" in page(admin_client, f"{ACCOUNTS}?page_size=12")
    assert "Accounts - 13 t/m 13 (van 13) geselecteerd: 0" in page(admin_client, f"{ACCOUNTS}?page_size=12&page=2")


def test_inactive_accounts_are_hidden_until_asked_for_z122(admin_client, pupil, make_account):
    make_account(pupil, username="ozlemadsiz", active=False)
    assert "ozlemadsiz" not in page(admin_client)
    assert "ozlemadsiz" in page(admin_client, f"{ACCOUNTS}?active=0")
    assert "admin_vanderwal Persoon" not in page(admin_client, f"{ACCOUNTS}?active=0")
    assert "ozlemadsiz" in page(admin_client, f"{ACCOUNTS}?active=all")


def test_every_filter_finds_its_rows_z093_z118_to_z123(admin_client, pupil, make_account, make_person, in_group, here):
    in_group(pupil.id, here, "2A")
    make_account(pupil, username="Ozlem2A", last_login_at=NOW)
    teacher = make_person(PersonKind.STAFF, last_name="Bruijn", prefix="de", first_name="Jaap", email=None)
    make_account(teacher, username="jdb", blocked=True)
    found = {
        "username=ozlem": "Ozlem2A",
        "name=OZLEM": "Ozlem2A",
        "name=de+bruijn": "jdb",
        "group=2A": "Ozlem2A",
        "role=staff": "jdb",
        "notable=blocked": "jdb",
        "notable=silent": "jdb",
    }
    for query, username in found.items():
        words = page(admin_client, f"{ACCOUNTS}?{query}")
        assert "Accounts - 1 t/m 1 (van 1)" in words, query
        assert username in words
    assert "Accounts - 1 t/m 2 (van 2)" in page(admin_client, f"{ACCOUNTS}?location={here.id}")
    assert "Accounts - 0 t/m 0 (van 0)" in page(admin_client, f"{ACCOUNTS}?role=root")


def test_the_group_is_there_for_pupils_and_only_what_deviates_has_a_badge_z128_z129(
    admin_client, session, pupil, make_account, make_person, in_group, here
):
    in_group(pupil.id, here, "2A")
    make_account(pupil, username="ozlem", last_login_at=NOW, blocked=True)
    gone = make_person(location=here, last_name="Brouwer", first_name="Anouk", email=None)
    make_account(gone, username="anouk")
    gone.left_on = NOW.date()
    session.commit()
    words = page(admin_client)
    assert "ozlem Adsiz, Özlem Direct betrokkene ozlem@leerling.example Lindelaan 2A Ja Ja" in words
    assert "anouk Brouwer, Anouk Vertrokken Nooit ingelogd Direct betrokkene geen e-mail Lindelaan Nee Ja" in words
    assert 'title="ozlem@leerling.example"' in admin_client.get(ACCOUNTS).text


def test_owners_are_in_the_order_of_their_surnames_without_prefix(admin_client, make_account, make_person, here):
    for last, prefix in (("Zwart", "de"), ("Østlund", None), ("Berg", "van den"), ("Bergman", None)):
        make_account(make_person(location=here, last_name=last, prefix=prefix, first_name="A"))
    words = page(admin_client)
    order = [words.index(name) for name in ("Berg, A van den", "Bergman, A", "Østlund, A", "Zwart, A de")]
    assert order == sorted(order)


def test_nothing_of_elsewhere_is_in_any_page_of_the_list_r47_r52(
    admin_client, stranger, other_school, landlord, elsewhere, in_group
):
    in_group(stranger.person_id, elsewhere, "9Z")
    queries = ["", "?active=all", f"?location={elsewhere.id}", "?group=9Z", "?name=marker", "?username=marker"]
    addresses = [f"{ACCOUNTS}{query}" for query in (*queries, "?sort=username&desc=1", "?page_size=100")]
    addresses += [f"{ACCOUNTS}export/csv/", f"{ACCOUNTS}nieuw/", f"{ACCOUNTS}nieuw/leerlingen/"]
    for address in addresses:
        answer = admin_client.get(address, buffered=True).text
        assert ELSEWHERE not in answer, address
        assert "marker-b-" not in answer, address
    assert 'value="9Z"' not in admin_client.get(ACCOUNTS).text
    absent = admin_client.get(f"{ACCOUNTS}1000000000/")
    for account in (stranger, other_school, landlord):
        foreign = admin_client.get(f"{ACCOUNTS}{account.id}/")
        assert (foreign.status_code, text_of(foreign)) == (404, text_of(absent))


def test_an_administrator_sees_accounts_without_location_too_part_7_nrs_2_to_4(admin_client, make_person, make_account):
    make_account(make_person(PersonKind.STAFF), username="zwevend")
    make_account(make_person(PersonKind.OTHER), username="begeleider")
    words = page(admin_client)
    assert "zwevend" in words
    assert "begeleider" in words


def test_an_administrator_without_location_gets_the_page_that_says_so_z187_z189(log_in, make_account, pupil):
    make_account(pupil, username="ozlem")
    client = log_in(make_account(role=Role.ADMINISTRATOR, activated_at=NOW, password_hash="unused"))
    response = client.get(ACCOUNTS)
    assert "U bent nog niet gekoppeld aan een vestiging" in text_of(response)
    assert "ozlem" not in response.text


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=99999999999999999999", "role=x", "group=1,2", "username=%00", "sort=password_hash", "active=9"],
)
def test_a_strange_address_is_not_an_error(admin_client, query):
    assert admin_client.get(f"{ACCOUNTS}?{query}").status_code == 200


def test_the_list_costs_at_most_8_queries_for_1_and_for_50_rows(app, session, db, log_in):
    school = make_school(session, 60)
    boss = make_administrator(session, school)
    pupils = sa.text("SELECT id FROM person WHERE kind = 'pupil'")
    session.add_all(
        Account(
            institution_id=school.institution_id,
            person_id=id,
            role=Role.PUPIL,
            seat="own",
            username=f"u{id}",
            created_at=NOW,
        )
        for id in session.scalars(pupils).all()
    )
    session.commit()
    client, seen = log_in(boss), []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    costs = []
    for query in ("role=administrator", "page_size=50"):
        client.get(f"{ACCOUNTS}?{query}")  # the session is written once a minute
        seen.clear()
        words = text_of(client.get(f"{ACCOUNTS}?{query}"))
        costs.append(len([sql for sql in seen if sql.startswith("SELECT")]))
        assert ("1 t/m 1 (van 1)" if "admin" in query else "1 t/m 50 (van 61)") in words
    assert costs[0] == costs[1] <= 8


def test_the_list_goes_out_as_csv_and_xlsx_defused_and_without_secrets_part_7_nr_26(
    admin_client, make_person, make_account, here
):
    bad = make_person(location=here, first_name=None, initials=None, last_name='=HYPERLINK("x")')
    make_account(bad, username="boos", password_hash="$argon2id$canary")
    csv = admin_client.get(f"{ACCOUNTS}export/csv/", buffered=True)
    lines = csv.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "Gebruikersnaam;Eigenaar;Rol;E-mail;Vestigingen;Groep;Geblokkeerd;Actief"
    assert any("'=HYPERLINK" in line for line in lines)
    xlsx = admin_client.get(f"{ACCOUNTS}export/xlsx/?username=boos", buffered=True)
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(xlsx.data)).active for cell in row]
    assert "boos" in cells
    assert "admin_vanderwal" not in cells
    assert b"argon2" not in csv.data


def test_the_four_kinds_are_offered_with_their_numbers_z094_z095(admin_client, make_person, here):
    make_person(PersonKind.PUPIL, here)
    make_person(PersonKind.PUPIL, here, email=None)
    make_person(PersonKind.OTHER)
    words = page(admin_client, f"{ACCOUNTS}nieuw/")
    assert "Leerlingen 2 zonder account, waarvan 1 zonder e-mailadres" in words
    assert "Verzorgers 0 zonder account" in words
    assert "Overige betrokkenen 1 zonder account" in words
    assert 'data-fetched-dialog="new-account"' in admin_client.get(ACCOUNTS).text


@pytest.mark.parametrize("kind", ["leerlingen", "verzorgers", "medewerkers", "overige-betrokkenen"])
def test_every_kind_has_its_list_of_persons_without_account_z096(admin_client, kind):
    assert "zonder account - 0 t/m 0 (van 0)" in page(admin_client, f"{ACCOUNTS}nieuw/{kind}/?location=999")


def test_only_who_has_no_account_is_listed_and_all_can_be_ticked_z096_z097_z098(
    admin_client, pupil, make_person, make_account, here
):
    make_account(pupil)
    make_person(location=here, last_name="Wachtend", email=None)
    response = admin_client.get(f"{ACCOUNTS}nieuw/leerlingen/")
    valid(response)
    words = text_of(response)
    assert "Leerlingen zonder account - 1 t/m 1 (van 1) geselecteerd: 0" in words
    assert "Wachtend, Noor" in words
    assert "op uw scherm" in words
    assert "Adsiz" not in words
    assert "data-pick-all" in response.text
    assert words.index("Wachtend") < words.index("Account(s) maken")  # at the bottom (Z-098)


def test_the_locations_of_an_administrator_are_the_coupled_ones_only(admin_client, session, make_account, elsewhere):
    place = session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))
    make_account(role=Role.ADMINISTRATOR, locations=[place, elsewhere], username="admin_twee")
    words = page(admin_client, f"{ACCOUNTS}?username=admin_twee")
    assert "Applicatiebeheerder" in words
    assert "Lindelaan" in words
    assert ELSEWHERE not in words  # out of reach, so it is not named


def test_only_roles_with_wide_rights_and_who_gets_no_mail_stand_out_z130(admin_client, make_person, make_account, here):
    make_account(make_person(PersonKind.STAFF), role=Role.CARE_MANAGER)
    make_account(make_person(PersonKind.STAFF))
    make_person(location=here, email=None)
    roles = re.findall(r'class="badge t-blue">.*?</svg>([^<]+)<', admin_client.get(ACCOUNTS).text)
    assert sorted(roles) == ["(Zorg)manager", "Applicatiebeheerder"]
    assert re.search(
        r'class="badge t-amber">.*?</svg>op uw scherm<', admin_client.get(f"{ACCOUNTS}nieuw/leerlingen/").text
    )
