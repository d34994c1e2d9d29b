"""Dubbele personen on screen: proposals, the page of a pair, merging, splitting, and who may."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.models import Merge, NotTheSame, Person, PersonKind, Role
from tests.conftest import token_of
from tests.duplicates.duplicates_world import actor, family, lindelaan, merge_them, sannes

pytestmark = pytest.mark.once
__all__ = ["actor", "family", "lindelaan", "merge_them", "sannes"]
HOME = "/beheer/dubbele-personen/"


def post(client, page, address, **form):
    """Sends the form of this page with what is typed."""
    html = client.get(page).get_data(as_text=True)
    hidden = dict(re.findall(r'name="(version_\d+|kept|absorbed)" value="(\d+)"', html))
    return client.post(address, data=hidden | {"csrf_token": token_of(html)} | form, follow_redirects=True)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


@pytest.fixture
def pair(sannes):
    return f"{HOME}{sannes[0].id}/{sannes[1].id}/"


def test_who_looks_alike_is_listed_with_score_and_reasons(admin_client, sannes, pair):
    html = admin_client.get(HOME).get_data(as_text=True)

    assert pair in html
    assert "dezelfde geboortedatum, dezelfde achternaam, dezelfde voornaam" in html
    assert 'value="80"' in html
    assert "Voorstellen - 1 t/m 1 (van 1)" in html


def test_twins_are_not_listed_and_the_list_can_be_of_one_kind(admin_client, session, sannes):
    assert "staat er twee keer in" in words(admin_client.get(f"{HOME}?kind=guardian"))
    sannes[1].first_name = "Daan"
    session.commit()
    assert "Niemand staat er twee keer in" in words(admin_client.get(HOME))
    assert admin_client.get(f"{HOME}?kind=nonsense&page=99").status_code == 200


def test_nobody_out_of_reach_is_listed_or_shown_r47(admin_client, session, sannes, make_person, make_location):
    far = make_person(
        PersonKind.PUPIL, make_location("Oost"), first_name="Sanne", last_name="Berg", birth_date=date(2012, 3, 4)
    )
    html = admin_client.get(HOME).get_data(as_text=True)
    assert f"/{far.id}/" not in html
    assert admin_client.get(f"{HOME}{sannes[0].id}/{far.id}/").status_code == 404
    assert admin_client.get(f"{HOME}{sannes[0].id}/99999999999/").status_code == 404
    assert admin_client.get(f"{HOME}{sannes[0].id}/{sannes[0].id}/").status_code == 404


def test_a_pair_is_shown_side_by_side_with_the_differences(admin_client, session, family, sannes, pair, make_person):
    parent = make_person(PersonKind.GUARDIAN, last_name="Ruimschotel")
    family.child(parent, sannes[0])
    family.key(sannes[1], "k2", number="100002")
    family.done()

    html = admin_client.get(pair).get_data(as_text=True)

    assert "<mark>100001</mark>" in html
    assert "<mark>100002</mark>" in html
    assert "<mark>Berg</mark>" not in html
    assert "Ruimschotel" in html
    assert "nummer 100002" in html
    assert "met de hand gemaakt" in html


def test_merging_and_splitting_from_the_screen(admin_client, session, sannes, pair, administrator):
    kept, other = (one.id for one in sannes)

    done = post(admin_client, pair, f"{pair}samenvoegen/", kept=str(kept))
    assert "De twee zijn samengevoegd tot Sanne van den Berg" in words(done)
    assert "alles wordt teruggezet" in words(done)
    number = session.scalar(sa.select(Merge.id))
    listed = admin_client.get(f"{HOME}samengevoegd/").get_data(as_text=True)
    assert f"{HOME}samengevoegd/{number}/" in listed
    assert administrator.username in listed
    page = f"{HOME}samengevoegd/{number}/"
    back = post(admin_client, page, f"{page}splitsen/")

    assert "Beide zijn er weer zoals ze waren" in words(back)
    session.expire_all()
    assert session.get_one(Person, other).number == "100002"


def test_who_must_choose_between_accounts_is_told_so(admin_client, session, sannes, pair, make_account):
    accounts = [make_account(one) for one in sannes]

    refused = post(admin_client, pair, f"{pair}samenvoegen/", kept=str(sannes[0].id))
    assert refused.status_code == 400
    assert "Kies welk account blijft" in words(refused)
    done = post(admin_client, pair, f"{pair}samenvoegen/", kept=str(sannes[0].id), account_own=str(accounts[1].id))

    assert "samengevoegd tot" in words(done)
    assert admin_client.get(f"/beheer/accounts/{accounts[0].id}/").status_code == 404
    assert "Verplaatst van" in words(admin_client.get(f"/beheer/accounts/{accounts[1].id}/"))


def test_a_choice_of_somebody_else_is_refused(admin_client, sannes, pair, make_person):
    assert post(admin_client, pair, f"{pair}samenvoegen/", kept="999999").status_code == 400
    assert post(admin_client, pair, f"{pair}samenvoegen/", kept="x").status_code == 400


def test_not_the_same_is_not_proposed_again(admin_client, session, sannes, pair):
    done = post(admin_client, pair, f"{pair}niet-dezelfde/")

    assert "Genoteerd dat dit twee personen zijn" in words(done)
    assert pair not in done.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count(NotTheSame.id))) == 1
    assert "Eerder genoteerd: dit zijn twee personen" in words(admin_client.get(pair))


def test_of_two_administrators_one_gets_a_clear_sentence_r123(
    admin_client, session, sannes, pair, make_account, log_in, lindelaan
):
    colleague = log_in(make_account(role=Role.ADMINISTRATOR, locations=[lindelaan]))
    html = colleague.get(pair).get_data(as_text=True)
    stale = dict(re.findall(r'name="(version_\d+)" value="(\d+)"', html)) | {"csrf_token": token_of(html)}
    post(admin_client, pair, f"{pair}samenvoegen/", kept=str(sannes[0].id))

    late = colleague.post(f"{pair}samenvoegen/", data=stale | {"kept": str(sannes[1].id)}, follow_redirects=True)

    assert "Een van deze twee is intussen samengevoegd" in words(late)
    assert session.scalar(sa.select(sa.func.count(Merge.id))) == 1
    page = f"{HOME}samengevoegd/{session.scalar(sa.select(Merge.id))}/"
    html = colleague.get(page).get_data(as_text=True)
    form = dict(re.findall(r'name="(kept|absorbed)" value="(\d+)"', html)) | {"csrf_token": token_of(html)}
    post(admin_client, page, f"{page}splitsen/")
    late = colleague.post(f"{page}splitsen/", data=form, follow_redirects=True)
    assert "waren al gesplitst" in words(late)
    late = colleague.post(f"{pair}samenvoegen/", data=stale | {f"version_{sannes[0].id}": "7"}, follow_redirects=True)
    assert "Kies wie blijft" in words(late)
    stale |= {"kept": str(sannes[1].id), f"version_{sannes[0].id}": "7"}
    late = colleague.post(f"{pair}samenvoegen/", data=stale, follow_redirects=True)
    assert "intussen gewijzigd" in words(late)


def test_a_person_page_says_who_it_looks_like(admin_client, sannes, pair):
    for one in sannes:
        html = admin_client.get(f"/beheer/leerlingen/{one.id}/").get_data(as_text=True)
        assert pair in html
        assert "gelijkenis 80 van 100" in html
    post(admin_client, pair, f"{pair}niet-dezelfde/")
    assert pair not in admin_client.get(f"/beheer/leerlingen/{sannes[0].id}/").get_data(as_text=True)
