"""Letters on paper: what stands on them, for whom, made once; read from the PDF itself (Z-102, R4, R47)."""

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from app.errors import InvalidInput
from app.extensions import transaction
from app.letters import LAYOUTS, Letter, Sender
from app.letters.sheet import write_letters
from app.models import Batch, Enrolment, Group, Guardianship, Institution, IssuedSecret, Location, PersonKind
from app.services.accounts.batches.drafting import reprint_batch
from app.services.accounts.letters.settings import LetterChoice, choose_letters, choose_logo, logo_of
from app.services.accounts.letters.written import letters_left, print_letters
from app.services.login.credentials import secret_of_token
from app.services.reach import recompute_reach
from tests.accounts.accounts_world import KEY, NOW, actor_of, audit, made

URL = "https://zicht.school.example"


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def here(session, administrator):
    return session.scalar(sa.select(Location))


def printed(session, actor, batch_id):
    with transaction():
        return print_letters(session, datetime.now(UTC), actor, batch_id, KEY, URL)


def pages(pdf):
    return list(pypdfium2.PdfDocument(pdf))


def words_on(page):
    return page.get_textpage().get_text_range()


def codes_on(page):
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]


def letter(n=1, **changed):
    values = {
        "name": f"Sanne van den Łukasiewicz-Ørsted {n}",
        "group": "2A",
        "heading": "Uw account is klaar",
        "opening": ["De school maakte een account voor u."],
        "rows": [("Gebruikersnaam", f"naam{n}"), ("Activatiecode", "k7wm-p3ha-x9de-t4rc")],
        "link": f"{URL}/activeren/{'a' * 42}{n % 10}",
        "scan": "Scan",
    }
    return Letter(**values | changed)


@pytest.mark.once
@pytest.mark.parametrize(("layout", "sheets"), [("1", 9), ("2", 5), ("8", 2)])
def test_so_many_letters_stand_on_a_sheet_each_with_a_code_that_can_be_scanned(layout, sheets):
    found = pages(write_letters([letter(n) for n in range(9)], Sender("De Zilverlinde"), layout, "Brieven"))

    assert len(found) == sheets
    codes = [code for page in found for code in codes_on(page)]
    assert sorted(codes) == sorted(letter(n).link for n in range(9))
    assert "Sanne van den Łukasiewicz-Ørsted 8 (2A)" in words_on(found[-1])


@pytest.mark.once
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_latin_letter_can_be_read_on_paper(layout):
    name = "Ångström Čapek Đorđević Ğül Łódź Ñandú Øie Şimşek Țăran Žižek ijĳ ẞß ơư ạẹị"
    page = pages(write_letters([letter(name=name)], Sender("Ö"), "1", "Brieven"))[0]
    assert name in words_on(page).replace("\r\n", " ")


@pytest.mark.once
def test_long_words_are_cut_off_and_never_laid_over_the_next_card():
    long = letter(name="Zeer" * 40, opening=["woord " * 400], closing=["einde " * 200])
    (page,) = pages(write_letters([long] * 8, Sender("S" * 200), "8", "Brieven"))
    assert len(codes_on(page)) <= 8
    assert words_on(page).count("…") >= 8


def test_a_batch_becomes_letters_once_and_the_code_opens_the_account_r4_r31(app, session, actor, make_account):
    account = make_account(username="jdevries")
    batch_id = made(app, actor, "print", "staff", [account.id])
    assert letters_left(session, NOW, session.get_one(Batch, batch_id)) == 1

    (one,) = printed(session, actor, batch_id)

    assert ("Gebruikersnaam", "jdevries") in one.rows
    secret, opened = secret_of_token(session, datetime.now(UTC), one.link.rpartition("/")[2])
    assert opened.id == account.id
    assert secret.nonce is None, "nothing is left to make the letter from"
    assert printed(session, actor, batch_id) is None
    assert audit("letters-printed")[0].details == {"count": 1}


def test_new_letters_make_the_old_ones_worthless_r32(app, session, actor, make_account):
    account = make_account()
    batch_id = made(app, actor, "print", "staff", [account.id])
    (old,) = printed(session, actor, batch_id)
    with transaction():
        again = reprint_batch(session, NOW, actor, batch_id, "again")
    assert (again.task, again.total) == ("print", 1)
    made(app, actor, "print", "staff", [account.id])

    assert secret_of_token(session, datetime.now(UTC), old.link.rpartition("/")[2]) is None


def test_letters_are_sorted_by_group_and_name_and_guardians_stand_at_their_child(
    app, session, actor, make_person, make_account, here
):
    own = {"institution_id": here.institution_id, "location_id": here.id, "school_year": 2026}
    group = {name: Group(name=name, sort_key=name.lower(), **own) for name in ("2B", "1A")}
    session.add_all(group.values())
    session.flush()

    def pupil(last, name):
        person = make_person(location=here, last_name=last, first_name="Noor")
        session.execute(sa.update(Enrolment).where(Enrolment.person_id == person.id).values(group_id=group[name].id))
        session.commit()
        return person

    late, early = pupil("Aal", "2B"), pupil("Zwart", "1A")
    guardian = make_person(PersonKind.GUARDIAN, last_name="Zwart", first_name=None, initials="C")
    with transaction():
        session.execute(
            sa.insert(Guardianship),
            [{"guardian_id": guardian.id, "pupil_id": early.id, "institution_id": here.institution_id}],
        )
        recompute_reach(session, here.institution_id)
    ids = [make_account(person).id for person in (late, early, guardian)]
    letters = printed(session, actor, made(app, actor, "print", "pupil", ids))

    assert [(one.group, one.name) for one in letters] == [
        ("1A", "C. Zwart"),
        ("1A", "Noor Zwart"),
        ("2B", "Noor Aal"),
    ]
    assert "als verzorger van Noor" in letters[0].opening[0]


def test_who_has_a_password_reads_other_words_than_who_is_new(app, session, actor, make_account):
    with transaction():
        choose_letters(session, NOW, actor, LetterChoice("2", "Welkom bij ons.", "U kent ons al.", "Vraag de balie."))
    new = make_account().id
    active = make_account(password_hash="x", activated_at=NOW).id
    letters = printed(session, actor, made(app, actor, "print", "staff", [new, active]))
    said = sorted((one.opening[1], one.heading, one.closing[1]) for one in letters)

    assert said == [
        ("U kent ons al.", "Een nieuw wachtwoord voor uw account", "Vraag de balie."),
        ("Welkom bij ons.", "Uw account is klaar", "Vraag de balie."),
    ]


def test_who_went_out_of_reach_gets_no_letter_and_nothing_is_left_of_it_r47(
    app, session, actor, make_account, make_person, make_location, here
):
    person = make_person(location=here)
    batch_id = made(app, actor, "print", "pupil", [make_account(person).id])
    with transaction():
        session.execute(sa.update(Enrolment).values(location_id=make_location("Havenkwartier").id))
        recompute_reach(session, here.institution_id)

    assert printed(session, actor, batch_id) is None


def test_a_logo_is_made_anew_and_anything_else_is_refused_r77(session, actor, institution):
    file = io.BytesIO()
    Image.new("RGB", (1200, 300), "green").save(file, "JPEG")
    with transaction():
        choose_logo(session, NOW, actor, file.getvalue() + b"<script>")
    logo = logo_of(session, institution.id)
    assert logo.startswith(b"\x89PNG")
    assert b"<script>" not in logo
    assert Image.open(io.BytesIO(logo)).size == (600, 150)
    for wrong in (b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"x" * (2 * 1024 * 1024 + 1)):
        with pytest.raises(InvalidInput, match="PNG of JPEG"):
            choose_logo(session, NOW, actor, wrong)
    page = pages(write_letters([letter()], Sender("De Zilverlinde", logo), "1", "Brieven"))[0]
    assert "De Zilverlinde" in words_on(page)
    assert session.scalar(sa.select(Institution.logo)) == logo
    assert session.scalar(sa.select(IssuedSecret)) is None
