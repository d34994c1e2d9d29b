"""Nothing of another location or institution is anywhere on the screens of an administrator (R47).

Every row elsewhere carries a marker. Every list, count, search, filter choice, order, record, export, typed id and
action is asked for; the marker may be in no answer, and nothing elsewhere may change.
"""

import io

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from app.extensions import Base
from app.models import AuditLine, GroupStaff, Guardianship, Mentor, Person, PersonKind
from app.services.reach import recompute_reach
from tests.conftest import token_of
from tests.screens.screens_world import KINDS, LISTS, MARKER, elsewhere, here, lindelaan

__all__ = ["elsewhere", "here", "lindelaan"]  # fixtures
FAR = [("location", endpoint) for endpoint in ("pupils", "guardians", "staff", "groups")]
FAR += [("institution", endpoint) for endpoint in ("pupils", "guardians", "staff", "groups", "others")]


def assert_clean(answer, typed=None):
    """No marker in the answer; `typed` is what the address itself said, which the page repeats."""
    assert answer.status_code in (200, 303, 404), answer.status_code
    text = answer.text.lower()
    if typed:
        assert f"{MARKER}naam" not in text
        text = text.replace(typed.lower(), "")
    assert MARKER not in text


def everything_stored(session):
    """The content of every table but those that a look writes."""
    skip = {"login_session", "audit_line"}
    with session.get_bind().connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in skip
        }


@pytest.fixture(params=["the other location", "the other institution"])
def far(request, elsewhere):
    return elsewhere["location" if "location" in request.param else "institution"]


@pytest.mark.parametrize("screen", [*LISTS, "accounts"])
def test_no_list_shows_or_counts_a_row_from_elsewhere_r47(admin_client, here, elsewhere, screen):
    address = LISTS.get(screen, "/beheer/accounts/")
    seen = admin_client.get(f"{address}?left=all&year=all&kind=all&page_size=100").text
    assert MARKER not in seen.lower()
    assert "(van 0)" not in seen


@pytest.mark.parametrize("screen", LISTS)
@pytest.mark.parametrize("order", ["name", "number", "email", "location", "code", "sync"])
def test_no_order_brings_one_up_r47(admin_client, here, elsewhere, screen, order):
    for down in ("", "&desc=1"):
        assert_clean(admin_client.get(f"{LISTS[screen]}?sort={order}{down}"))


@pytest.mark.parametrize("screen", KINDS)
def test_no_search_finds_one_r47(admin_client, here, elsewhere, screen):
    answer = admin_client.get(f"{LISTS[screen]}?search={MARKER}&left=all")
    assert_clean(answer, typed=MARKER)
    assert "0 t/m 0 (van 0)" in answer.text


@pytest.mark.parametrize("screen", ["pupils", "guardians", "staff", "groups", "accounts"])
def test_no_filter_offers_or_finds_one_r47(admin_client, here, far, screen):
    address = LISTS.get(screen, "/beheer/accounts/")
    for query in (f"location={far['locations']}", f"group={MARKER}2A", f"search={MARKER}2A"):
        answer = admin_client.get(f"{address}?{query}&left=all&kind=all")
        assert_clean(answer, typed=f"{MARKER}2A")
        if query.startswith("location") or screen in ("pupils", "guardians", "staff"):
            assert "0 t/m 0 (van 0)" in answer.text


@pytest.mark.parametrize("screen", ["pupils"])
def test_no_school_year_leads_to_another_location_r47(admin_client, here, far, screen):
    answer = admin_client.get(f"{LISTS[screen]}?year=2026&location={far['locations']}")
    assert_clean(answer)
    assert "0 t/m 0 (van 0)" in answer.text


@pytest.mark.parametrize(("where", "screen"), FAR)
def test_a_typed_id_from_elsewhere_is_exactly_like_one_that_does_not_exist_r52(
    admin_client, here, elsewhere, where, screen
):
    def body(id):
        answer = admin_client.get(f"{LISTS[screen]}{id}/")
        return answer.status_code, "".join(line for line in answer.text.splitlines() if "nonce" not in line)

    status, text = body(elsewhere[where][screen])
    assert status == 404
    assert MARKER not in text
    absent = body(1_000_000_000)
    assert (status, len(text)) == (absent[0], len(absent[1]))


@pytest.mark.parametrize("screen", [*LISTS, "accounts"])
def test_no_export_holds_one_r47(admin_client, here, elsewhere, screen):
    address = LISTS.get(screen, "/beheer/accounts/")
    text = admin_client.get(f"{address}export/csv/?left=all&year=all&kind=all").get_data(as_text=True)
    assert len(text.splitlines()) > 1
    assert MARKER not in text.lower()
    book = load_workbook(io.BytesIO(admin_client.get(f"{address}export/xlsx/?left=all&year=all&kind=all").data))
    assert MARKER not in repr(list(book.active.values)).lower()


def test_the_records_here_do_not_name_anybody_from_elsewhere_r47(admin_client, session, here, elsewhere):
    """A guardian with children at both locations belongs to both; only the child in reach is shown (part 7 nr 5)."""
    own = {"institution_id": session.get(Person, here["pupils"]).institution_id}
    near = elsewhere["location"]
    session.add_all(
        [
            Guardianship(guardian_id=here["guardians"], pupil_id=near["pupils"], relation="vader", **own),
            GroupStaff(group_id=near["groups"], person_id=here["staff"], **own),
            Mentor(pupil_id=near["pupils"], staff_id=here["staff"], **own),
        ]
    )
    session.flush()
    recompute_reach(session, own["institution_id"])
    session.commit()
    for screen in ("guardians", "staff", "groups", "pupils"):
        assert_clean(admin_client.get(f"{LISTS[screen]}{here[screen]}/"))
        assert_clean(admin_client.get(LISTS[screen]))
    assert "vader" not in admin_client.get(LISTS["guardians"]).text


def test_no_action_reaches_elsewhere_and_nothing_there_changes_r47_r51(admin_client, session, here, elsewhere):
    token = {"csrf_token": token_of(admin_client.get(LISTS["pupils"]).text)}
    before = everything_stored(session)
    for there in elsewhere.values():
        for screen, kind in KINDS.items():
            ids = [str(there[screen])] if screen in there else []
            ticked = admin_client.post(
                "/beheer/accounts/check/", data=token | {"task": "create", "kind": kind.value, "rowid": ids}
            )
            assert MARKER not in ticked.text.lower()
            for path in ("wijzigen/", "vestigingen/", "verwijderen/"):
                for id in ids:
                    answer = admin_client.post(f"{LISTS[screen]}{id}/{path}", data=token | {"version": "1"})
                    assert answer.status_code == 404
        found = {"task": "create", "kind": "pupil", "everything": "1", "query": f"search={MARKER}&left=all"}
        assert_clean(admin_client.post("/beheer/accounts/check/", data=token | found), typed=f"search={MARKER}")
    after = everything_stored(session)
    assert {name for name in before if before[name] != after[name]} <= {"batch", "batch_item"}


def test_staff_without_any_location_and_other_parties_are_seen_by_each_administrator_part_7_nrs_2_to_4(
    admin_client, make_person, here
):
    make_person(PersonKind.STAFF, last_name="Nergens")
    assert "Nergens" in admin_client.get(LISTS["staff"]).text
    assert "Nagtegaal" in admin_client.get(LISTS["others"]).text


def test_the_log_tells_of_an_export_with_its_size_r89(admin_client, session, here):
    admin_client.get("/beheer/leerlingen/export/csv/")
    line = session.scalar(sa.select(AuditLine).where(AuditLine.action == "exported"))
    assert line.details == {"list": "pupils", "format": "csv", "rows": 1}
