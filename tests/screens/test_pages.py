"""Informatief, news and the manual."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.auth.sessions import LIMITS, OTHERS
from app.models import Institution, NewsItem, PersonKind, Role
from app.pages.manual import CHAPTERS, EVERYBODY, PART_OF_SCREEN, QUESTIONS, READINGS, TEXTS, chapters_for, part_for
from app.pages.prose import anchor_of, chapter_html, safe_html
from app.services.login.credentials import BY_HAND, BY_HAND_FOR_STAFF, BY_OWNER
from app.services.login.passwords import MIN_LENGTH

pytestmark = pytest.mark.once

NOW = datetime.now(UTC)
USED = {"password_hash": "unused", "activated_at": NOW}
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[klik](javascript:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD4=)",
    "![plaatje](https://evil.example/volg.png)",
    '<a href="https://evil.example" onclick="alert(1)">x</a>',
    "<style>body{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
    "[x](https://a.example 'titel\" onmouseover=\"alert(1)')",
    "<!-- --><svg onload=alert(1)>",
]


@pytest.fixture
def publish(session, institution):
    def publish(title="Nieuws", body="Tekst", institution_id=institution.id, days_ago=1):
        when = NOW - timedelta(days=days_ago)
        item = NewsItem(institution_id=institution_id, title=title, body=body, published_at=when)
        session.add(item)
        session.commit()
        return item

    return publish


def text_of(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


# ---- news -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_news_is_harmless_r64(body):
    """Whatever stands in it: no tag but ours, no picture, no script, and links only to the web and to mail."""
    html = str(safe_html(body))
    tags = re.findall(r"<([a-z0-9]+)([^>]*)>", html)
    assert {tag for tag, _rest in tags} <= {"p", "a", "em", "strong"}
    for _tag, rest in tags:
        assert " on" not in rest
        assert re.fullmatch(r'|( href="https://[^"<>]*")? rel="noopener noreferrer"', rest), rest


def test_news_in_markdown_becomes_headings_lists_and_links():
    written = "# Kop\n\n- een\n- *twee*\n\n[site](https://school.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    html = str(safe_html(written))
    assert "<h2>Kop</h2>" in html
    assert "<em>twee</em>" in html
    assert '<a href="https://school.example" rel="noopener noreferrer">site</a>' in html
    assert "<td>2</td>" in html


def test_the_news_is_there_for_everybody_who_is_logged_in_z043(publish, make_account, make_person, log_in):
    item = publish("Nieuwe school", "Welkom **allemaal**")
    client = log_in(make_account(make_person(PersonKind.PUPIL), **USED))
    assert "Nieuwe school" in text_of(client.get("/nieuws/"))
    assert "<strong>allemaal</strong>" in text_of(client.get(f"/nieuws/{item.id}/"))


def test_no_news_says_so(admin_client):
    assert "Er is nog geen nieuws" in text_of(admin_client.get("/nieuws/"))


def test_news_of_another_school_or_of_tomorrow_does_not_exist_r52(publish, admin_client, session):
    other = Institution(brin="00AA", name="Andere school", created_at=NOW)
    session.add(other)
    session.commit()
    foreign, later = publish("Vreemd", institution_id=other.id), publish("Later", days_ago=-1)
    everywhere = publish("Voor alle scholen", institution_id=None)
    page = text_of(admin_client.get("/nieuws/"))
    assert "Vreemd" not in page
    assert "Later" not in page
    assert "Voor alle scholen" in page
    answers = [admin_client.get(f"/nieuws/{number}/") for number in (foreign.id, later.id, 10**9)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.data for answer in answers}) == 1
    assert admin_client.get(f"/nieuws/{everywhere.id}/").status_code == 200


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "1,2", "abc", "%00"])
def test_a_strange_address_is_not_an_error_r65(admin_client, number):
    assert admin_client.get(f"/nieuws/{number}/").status_code == 404


# ---- informatief ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR])
def test_informatief_is_there_for_staff_and_administrators_z035_z040(make_account, log_in, publish, role):
    publish("Nieuwsbrief november")
    page = text_of(log_in(make_account(role=role, **USED)).get("/informatief/"))
    assert "InformatiefPage" in page
    assert "Nieuwsbrief november" in page
    assert 'href="/handleiding/#een-sterk-wachtwoord"' in page


def test_informatief_is_not_for_pupils_nor_in_their_menu(make_account, make_person, log_in):
    client = log_in(make_account(make_person(PersonKind.PUPIL), **USED))
    assert client.get("/informatief/").status_code == 403
    assert 'href="/informatief/"' not in text_of(client.get("/"))


# ---- manual ---------------------------------------------------------------------------------------------------


def anchors(role=Role.ADMINISTRATOR):
    return [heading.anchor for chapter in chapters_for(role) for heading in chapter.headings]


def test_the_manual_has_a_table_of_contents_that_leads_somewhere_z008(admin_client):
    page = text_of(admin_client.get("/handleiding/"))
    for anchor in anchors():
        assert f'id="{anchor}"' in page
        assert page.count(f'id="{anchor}"') == 1
    assert 'href="#accounts-maken"' in page
    assert "HandleidingPage" in page


def test_every_chapter_is_in_the_list_and_every_anchor_is_unique():
    assert {path.stem for path in TEXTS.glob("*.md")} == set(CHAPTERS)
    assert len(anchors()) == len(set(anchors()))


def test_every_link_inside_the_manual_leads_to_a_part_the_reader_has():
    for role in Role:
        own = set(anchors(role))
        for chapter in chapters_for(role):
            for link in re.findall(r'href="([^"]+)"', chapter.html):
                assert link.startswith("#")
                assert link[1:] in own, (role, chapter.name, link)


def test_every_screen_has_its_part_of_the_manual(app):
    """A screen without a part in the manual fails here: write it."""
    known = set(anchors())
    assert set(PART_OF_SCREEN.values()) | {anchor for anchor, _label in QUESTIONS} <= known
    screens = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/beheer/")}
    assert not [endpoint for endpoint in screens if part_for(endpoint) not in known]


def test_what_informatief_points_at_can_be_read_by_who_sees_it():
    for reading in READINGS:
        for role in reading.readers:
            assert reading.anchor in anchors(role)


def test_who_does_not_administer_reads_about_the_own_account_only(make_account, make_person, log_in):
    page = text_of(log_in(make_account(make_person(PersonKind.GUARDIAN), **USED)).get("/handleiding/"))
    assert "Inloggen en wachtwoord" in page
    assert "Accounts maken" not in page
    assert [name for name, readers in CHAPTERS.items() if readers is EVERYBODY] == ["inloggen"]


def test_the_menu_leads_to_the_part_of_the_screen(admin_client):
    assert 'href="/handleiding/#leerlingen"' in text_of(admin_client.get("/beheer/leerlingen/"))


def minutes(span):
    return int(span.total_seconds() // 60)


def hours(span):
    return minutes(span) // 60


def test_the_manual_names_the_limits_that_the_code_has():
    """What the manual promises, the code does (R5, R6, R24)."""
    text = " ".join(path.read_text(encoding="utf-8") for path in TEXTS.glob("*.md"))
    idle, absolute = LIMITS[Role.ADMINISTRATOR]
    assert f"{MIN_LENGTH} tekens" in text
    assert f"{BY_HAND.days} dagen geldig" in text
    assert f"{hours(BY_HAND_FOR_STAFF)} uur" in text
    assert f"{minutes(BY_OWNER)} minuten" in text
    assert f"na {minutes(idle)} minuten zonder activiteit en uiterlijk na {hours(absolute)} uur" in text
    assert f"na {hours(OTHERS[0])} uur en uiterlijk na {hours(OTHERS[1])} uur" in text


def test_headings_get_readable_addresses():
    assert anchor_of("Accounts maken en beheren") == "accounts-maken-en-beheren"
    assert anchor_of("Één e-mail, 't kan!") == "een-e-mail-t-kan"
    html, headings = chapter_html("# Eén\n\n## Twee\n\n| a |\n|---|\n| 1 |")
    assert '<h2 id="een">' in html
    assert '<table class="table">' in html
    assert [heading.depth for heading in headings] == [2, 3]
