"""A page asks the database at most eight questions, and as many for one row as for fifty."""

import pytest
import sqlalchemy as sa

from app.models import Account, GroupPupil, GroupStaff, Guardianship, Mentor, Person, PersonKind, Role, Seat
from tests.screens.lists_world import MOMENT, YEAR, make_administrator, make_school, person_row
from tests.screens.screens_world import LISTS, here, lindelaan, populate

__all__ = ["here", "lindelaan"]  # fixtures
MOST = 8
ALL_LISTS = [*LISTS.values(), "/beheer/accounts/", "/beheer/mails/"]
NEW = [f"/beheer/accounts/nieuw/{kind}/" for kind in ("leerlingen", "verzorgers", "medewerkers", "overige-betrokkenen")]
LISTED = [*ALL_LISTS, *NEW]
LISTED += [f"/beheer/leerlingen/?year={YEAR}&year_of_study=2&account=0&left=all"]


@pytest.fixture
def count(db):
    """Gives the number of statements that a request takes; opening a transaction is not a question."""
    seen = []

    def remember(_connection, _cursor, statement, *_more):
        if not statement.upper().startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", remember)

    def count(client, address):
        client.get(address)  # a first time may fill caches
        seen.clear()
        assert client.get(address).status_code == 200
        return len(seen)

    yield count
    sa.event.remove(db.engine, "before_cursor_execute", remember)


@pytest.fixture
def client(session, log_in):
    """The administrator of a school with at least fifty rows in every list of persons and accounts."""
    school = make_school(session, 1_300, names=("Lindelaan",))
    administrator = make_administrator(session, school)
    pupils = session.scalars(sa.select(Person.id).where(Person.kind == PersonKind.PUPIL).limit(60)).all()
    own = {"institution_id": school.institution_id, "created_at": MOMENT}
    accounts = [{"person_id": id, "username": f"u{id}", "seat": Seat.OWN, "role": Role.PUPIL, **own} for id in pupils]
    session.execute(sa.insert(Account), accounts)
    start = session.scalar(sa.select(sa.func.max(Person.id))) + 1
    kind, id = PersonKind.OTHER, school.institution_id
    others = [person_row(start + n, id, kind, "Bas", None, f"Buiten{n}", None, None) for n in range(60)]
    session.execute(sa.insert(Person), others)
    session.commit()
    return log_in(administrator)


@pytest.mark.parametrize("address", LISTED)
def test_a_list_asks_at_most_eight_questions_and_as_many_for_one_row_as_for_fifty(client, count, address):
    more = "&" if "?" in address else "?"
    for one_row in ("search=000007", "search=V000007", "search=M0007", "search=buiten7", "search=1A0", "username=u7"):
        assert count(client, f"{address}{more}{one_row}") <= MOST
    assert count(client, f"{address}{more}search=a&page_size=12") == count(
        client, f"{address}{more}search=a&page_size=50"
    )
    assert count(client, f"{address}{more}page_size=50") <= MOST


@pytest.mark.parametrize("screen", ["pupils", "guardians", "staff", "groups"])
def test_a_record_asks_as_many_questions_however_much_is_linked(
    admin_client, count, here, session, make_person, make_account, lindelaan, screen
):
    address = f"{LISTS[screen]}{here[screen]}/"
    before = count(admin_client, address)
    more = populate(session, make_person, make_account, lindelaan, "meer")
    own = {"institution_id": lindelaan.institution_id}
    session.add_all(
        [
            Guardianship(guardian_id=here["guardians"], pupil_id=more["pupils"], **own),
            Guardianship(guardian_id=more["guardians"], pupil_id=here["pupils"], **own),
            Mentor(pupil_id=more["pupils"], staff_id=here["staff"], **own),
            GroupPupil(group_id=here["groups"], person_id=more["pupils"], **own),
            GroupStaff(group_id=here["groups"], person_id=more["staff"], **own),
        ]
    )
    session.commit()
    assert count(admin_client, address) == before <= 14
