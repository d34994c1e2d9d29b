"""A source that is not used any more: its page, the question before it, and taking it into use again."""

import pytest

from app.extensions import transaction
from app.models import AuditLine, Institution, PersonKey, PersonKind, SourceConnection
from app.services.access import Actor
from app.services.runs.retired import retire_source
from tests.screens.sync_world import NOW, connect, form_of, make_run, text_of

__all__ = ["make_run"]
PAGE = "/beheer/bronnen/edexml/"


@pytest.fixture
def known(session, institution, make_person, make_location):
    """Two pupils whom only the file knows, one whom Somtoday knows too, and a guardian whom only Somtoday knows."""
    place = make_location()
    people = [make_person(location=place) for _n in range(3)] + [make_person(PersonKind.GUARDIAN)]
    told = [("edexml", one) for one in people[:3]] + [("somtoday", one) for one in people[2:]]
    for number, (source, person) in enumerate(told):
        values = {"source": source, "kind": person.kind, "key": f"k{number}", "person_id": person.id}
        session.add(PersonKey(institution_id=institution.id, **values))
    session.add(PersonKey(institution_id=institution.id, source="eckid", kind="pupil", key="e", person_id=people[0].id))
    session.commit()


def retired(session, institution):
    session.rollback()
    return (session.get_one(Institution, institution.id, populate_existing=True).exchange or {}).get("retired") or {}


def test_a_file_source_has_a_page_that_says_whom_only_it_knows(admin_client, known, make_run):
    run = make_run("applied", source="edexml")
    answer = admin_client.get(PAGE)

    assert "Alleen bekend bij deze bron 2 leerlingen" in text_of(answer)
    page = answer.get_data(as_text=True)
    for address in (f"/beheer/synchronisatie/{run.id}/", f"{PAGE}stoppen/", "/bestand/?source=edexml"):
        assert address in page
    assert f'href="{PAGE}"' in admin_client.get("/beheer/bronnen/").get_data(as_text=True)


def test_a_source_that_was_never_used_has_nothing_to_take_out_of_use(admin_client, known):
    page = admin_client.get("/beheer/bronnen/edex2000/").get_data(as_text=True)
    assert "stoppen" not in page
    assert "Alleen bekend bij deze bron niemand" in text_of(admin_client.get("/beheer/bronnen/edex2000/"))
    for nothing in ("practice", "niets"):  # the practice source is only there in a practice school
        assert admin_client.get(f"/beheer/bronnen/{nothing}/").status_code == 404
    assert admin_client.post(PAGE, data=form_of(admin_client, f"{PAGE}stoppen/")).status_code == 404


def test_it_is_asked_first_changes_nobody_and_is_in_the_log(admin_client, session, institution, known, administrator):
    question = admin_client.get(f"{PAGE}stoppen/")
    assert "Alleen deze bron kent: 2 leerlingen." in text_of(question)
    assert retired(session, institution) == {}

    form = form_of(admin_client, f"{PAGE}stoppen/")
    answer = admin_client.post(f"{PAGE}stoppen/", data=form, follow_redirects=True)
    assert "EDEXML-bestand is niet meer in gebruik. Er is niemand gewijzigd." in text_of(answer)
    assert "Niet meer in gebruik sinds" in text_of(answer)
    assert retired(session, institution).keys() == {"edexml"}
    line = session.query(AuditLine).filter_by(action="source-retired").one()
    assert (line.actor_id, line.details) == (administrator.id, {"source": "edexml"})
    assert "EDEXML-bestand Niet meer in gebruik sinds" in text_of(admin_client.get("/beheer/bronnen/"))

    again = admin_client.post(f"{PAGE}stoppen/", data=form, follow_redirects=True)  # pressed twice
    assert "Er is niets gewijzigd." in text_of(again)
    assert session.query(AuditLine).filter_by(action="source-retired").count() == 1


def test_it_can_be_taken_into_use_again(admin_client, session, institution, known):
    with transaction():
        retire_source(session, NOW, Actor("command", institution_id=institution.id), "edexml")
    form = form_of(admin_client, PAGE)
    answer = admin_client.post(f"{PAGE}hervatten/", data=form, follow_redirects=True)

    assert "EDEXML-bestand is weer in gebruik." in text_of(answer)
    assert retired(session, institution) == {}
    assert "Handmatig" in text_of(admin_client.get("/beheer/bronnen/"))
    again = admin_client.post(f"{PAGE}hervatten/", data=form, follow_redirects=True)
    assert "Er is niets gewijzigd." in text_of(again)


def test_a_connected_service_is_disconnected_and_that_says_the_same(admin_client, session, institution, known):
    connect(session, institution)
    service = "/beheer/bronnen/somtoday/"
    assert admin_client.post(f"{service}stoppen/", data=form_of(admin_client, service)).status_code == 409
    assert "Alleen deze bron kent: 1 verzorger." in text_of(admin_client.get(f"{service}ontkoppelen/"))

    form = form_of(admin_client, f"{service}ontkoppelen/")
    answer = admin_client.post(f"{service}ontkoppelen/", data=form, follow_redirects=True)
    assert "Somtoday Connect is ontkoppeld. Er is niemand gewijzigd." in text_of(answer)
    assert (session.query(SourceConnection).count(), retired(session, institution).keys()) == (0, {"somtoday"})
    words = text_of(admin_client.get(service))
    assert "Toch weer gebruiken" in words
    assert "Alleen bekend bij deze bron 1 verzorger" in words
