"""Beheer > Bronnen: every source with its state, which one goes first, and templates (part 7 nr 12)."""

import io
import re

import pytest
from openpyxl import load_workbook

from app.models import AuditLine, SourceConnection
from app.roster.sources import SOURCES
from tests.screens.sync_world import NOW, connect, form_of, make_run, text_of

__all__ = ["make_run"]
SOURCES_PAGE = "/beheer/bronnen/"


def test_every_source_is_there_with_its_state_and_what_it_delivers_part_7_nr_12(admin_client, session, institution):
    connect(session, institution)
    words = text_of(admin_client.get(SOURCES_PAGE))

    for kind in SOURCES.values():
        assert (str(kind.title) in words) == (kind.id != "practice")
    assert "Somtoday Connect Automatisch leerlingen, verzorgers, medewerkers, groepen, vestigingen" in words
    assert "Magister Niet verbonden" in words
    assert "EDEXML-bestand Handmatig" in words


def test_what_is_used_stands_first(admin_client, session, institution, make_run):
    connect(session, institution)
    make_run("applied", source="table")
    page = admin_client.get(SOURCES_PAGE).get_data(as_text=True)
    names = re.findall(r'<td class="key" role="cell"><a[^>]*>([^<]+)</a>', page)

    assert names[:3] == ["Somtoday Connect", "Tabel (CSV, Excel, ODS)", "EDEX2000-bestanden"]


def test_the_last_run_of_a_source_is_a_link_to_it(admin_client, make_run):
    make_run("failed", source="edexml")
    run = make_run("applied", source="edexml")
    page = admin_client.get(SOURCES_PAGE).get_data(as_text=True)

    assert f'href="/beheer/synchronisatie/{run.id}/"' in page
    assert page.count('href="/beheer/synchronisatie/1/"') == 0


def test_the_menu_leads_to_it_and_a_file_source_to_the_form_of_files(admin_client):
    page = admin_client.get(SOURCES_PAGE).get_data(as_text=True)

    assert 'href="/beheer/bronnen/" aria-current="page"' in page
    form = admin_client.get("/beheer/synchronisatie/bestand/?source=edex2000").get_data(as_text=True)
    assert '<option value="edex2000" selected>' in form


@pytest.mark.parametrize("kind", ["pupils", "guardians", "staff", "groups"])
def test_a_template_is_a_file_that_can_be_filled_in_z294(admin_client, kind):
    table = admin_client.get(f"{SOURCES_PAGE}sjabloon/{kind}.csv")
    assert table.get_data().startswith("\ufeff".encode())
    assert "attachment" in table.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(admin_client.get(f"{SOURCES_PAGE}sjabloon/{kind}.xlsx").get_data()))
    assert book.active.max_row == 2
    assert admin_client.get(f"{SOURCES_PAGE}sjabloon/{kind}.exe").status_code == 404


# -- which source goes first ------------------------------------------------------------------------------------------


def order_of(client, **values):
    return client.post(f"{SOURCES_PAGE}volgorde/", data=form_of(client, SOURCES_PAGE, **values), follow_redirects=True)


def test_an_order_is_kept_shown_and_in_the_log_r89(admin_client, session, institution, administrator):
    answer = order_of(admin_client, **{"pupils-0": "somtoday", "pupils-1": "table", "guardians-0": "table"})

    assert "De volgorde van de bronnen is opgeslagen." in text_of(answer)
    session.refresh(institution)
    assert institution.exchange["authority"] == {"pupils": ["somtoday", "table"], "guardians": ["table"]}
    line = session.query(AuditLine).filter_by(action="sources-ordered").one()
    assert (line.actor_id, line.details["pupils"]) == (administrator.id, [None, ["somtoday", "table"]])
    assert answer.get_data(as_text=True).count(" selected>") == 3
    assert "Er is niets gewijzigd." in text_of(
        order_of(admin_client, **{"pupils-0": "somtoday", "pupils-1": "table", "guardians-0": "table"})
    )
    order_of(admin_client)
    session.refresh(institution)
    assert institution.exchange["authority"] == {}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pupils-0": "somtoday", "pupils-2": "somtoday"}, "Kies elke bron één keer per regel."),
        ({"guardians-0": "edexml"}, "Deze bron levert dat niet."),
        ({"guardians-0": "<script>"}, "Deze bron levert dat niet."),
    ],
)
def test_an_order_that_cannot_be_meant_is_said_at_its_line(admin_client, session, institution, values, said):
    answer = order_of(admin_client, **values)

    assert (answer.status_code, said in text_of(answer)) == (400, True)
    session.refresh(institution)
    assert not (institution.exchange or {}).get("authority")


def test_the_order_leaves_the_other_choices_of_the_school_alone(admin_client, session, institution):
    institution.exchange = {"gate": {"share": 5}}
    session.commit()
    order_of(admin_client, **{"staff-0": "zermelo"})

    session.refresh(institution)
    assert institution.exchange == {"gate": {"share": 5}, "authority": {"staff": ["zermelo"]}}


def test_two_systems_that_deliver_the_same_ask_for_an_order(admin_client, session, institution):
    connect(session, institution)
    assert "Kies welk systeem voorgaat" not in text_of(admin_client.get(SOURCES_PAGE))
    session.add(SourceConnection(institution_id=institution.id, source="zermelo", settings={}, changed_at=NOW))
    session.commit()

    words = text_of(admin_client.get(SOURCES_PAGE))
    assert "Meer dan één gekoppeld systeem levert: leerlingen, medewerkers, groepen, vestigingen." in words
    kinds = ("pupils", "staff", "groups", "locations")
    order_of(
        admin_client, **{f"{kind}-{place}": one for kind in kinds for place, one in enumerate(["somtoday", "zermelo"])}
    )
    assert "Kies welk systeem voorgaat" not in text_of(admin_client.get(SOURCES_PAGE))
