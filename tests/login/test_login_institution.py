"""The field Instelling follows the username and proves nothing (Z-024, part 7 nr 19); Herinner mij (Z-027, Z-028)."""

import pytest

from app.models import Account
from app.services.login import institutions as login_institutions
from tests.conftest import token_of
from tests.login.auth_world import is_welcome, try_login


@pytest.fixture
def ask(client):
    def ask(username, **more):
        token = token_of(client.get("/login").text)
        return client.post("/login/instelling", data={"username": username, "csrf_token": token}, **more)

    return ask


def test_the_list_is_filtered_to_the_institution_of_the_username_z024(ask, owner, second_school):
    answer = ask("Jdevries")
    assert answer.status_code == 200
    assert answer.json == {"institution": {"brin": "99ZZ", "label": "De Zilverlinde (99ZZ)"}}


def test_an_unknown_username_gets_an_institution_too_and_always_the_same_part_7_nr_19(ask, owner, second_school):
    names = [f"onbekend{number}" for number in range(20)]
    first = [ask(name).json["institution"]["brin"] for name in names]
    assert set(first) == {"99ZZ", "99YY"}, "both occur, so neither tells anything"
    assert [ask(name).json["institution"]["brin"] for name in names] == first


def test_capitals_count_in_the_look_up_too_z020(ask, owner, session, second_school):
    key = b"k" * 32
    drawn = login_institutions.choice_for(session, key, "jdevries")
    session.delete(session.get(Account, owner.id))
    session.commit()
    assert login_institutions.choice_for(session, key, "jdevries") == drawn, "the other Jdevries makes no difference"


def test_people_without_an_institution_get_one_drawn_and_may_log_in_with_any_z024(client, ask, root, institution):
    drawn = ask("root").json["institution"]["brin"]
    assert drawn == "99ZZ"
    assert is_welcome(try_login(client, "root", institution=drawn))
    client.post("/logout", data={"csrf_token": token_of(client.get("/wachtwoord/wijzigen").text)})
    assert is_welcome(try_login(client, "root", institution=""))


def test_a_new_institution_changes_the_answer_of_few_unknown_names(session, institution, second_school):
    names = [f"onbekend{number}" for number in range(300)]

    def draw(name, choices):
        return login_institutions._drawn(b"k" * 32, name, choices).brin

    two = login_institutions.all_choices(session)
    three = [*two, login_institutions.Choice("99XX", "Nieuw", 99)]
    moved = [name for name in names if draw(name, two) != draw(name, three)]
    assert all(draw(name, three) == "99XX" for name in moved)
    assert 50 < len(moved) < 150


def test_the_look_up_is_throttled_and_then_answers_in_the_same_shape(ask, institution, clock):
    answers = [ask("Jdevries") for _time in range(61)]
    assert [answer.status_code for answer in answers[:60]] == [200] * 60
    assert (answers[60].status_code, answers[60].json) == (429, {"institution": None})
    clock.forward(minutes=1, seconds=1)
    assert ask("Jdevries").status_code == 200


def test_the_look_up_needs_a_form_of_ours_and_never_answers_an_address_r16_r59(client, owner):
    assert client.get("/login/instelling?username=Jdevries").status_code == 405
    assert client.post("/login/instelling", data={"username": "Jdevries"}).status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    token = token_of(client.get("/login").text)
    fields = {"username": "Jdevries", "csrf_token": token}
    assert client.post("/login/instelling", data=fields, headers=foreign).status_code == 403


def test_the_look_up_answers_whatever_is_typed_r65(ask, institution):
    for username in ("", "a\0b", "x" * 100_000, "%", "'"):
        assert ask(username).json["institution"]["brin"] == "99ZZ"


def test_before_there_is_an_institution_the_page_and_the_look_up_still_answer(client, ask):
    assert client.get("/login").status_code == 200
    assert ask("Jdevries").json == {"institution": None}


def test_remember_me_keeps_username_and_institution_and_puts_the_cursor_on_the_password_z027_z028(
    client, owner, second_school
):
    try_login(client, remember="1")
    value = client.get_cookie("zicht-remembered").value
    assert "losse" not in value
    client.delete_cookie("zicht")
    page = client.get("/login").text
    assert 'value="Jdevries"' in page
    assert '<option value="99ZZ" selected>' in page
    assert page.index("autofocus") > page.index('id="password"')
    assert 'value="1" checked' in page


def test_after_logout_the_remembered_fields_are_still_filled_in_z053(client, owner):
    try_login(client, remember="1")
    client.post("/logout", data={"csrf_token": token_of(client.get("/wachtwoord/wijzigen").text)})
    page = client.get("/login").text
    assert 'value="Jdevries"' in page
    assert '<option value="99ZZ" selected>' in page


def test_without_the_box_nothing_is_remembered_and_what_was_is_forgotten_z027(client, owner):
    try_login(client, remember="1")
    client.delete_cookie("zicht")
    try_login(client)
    assert client.get_cookie("zicht-remembered") is None
    client.delete_cookie("zicht")
    assert 'value="Jdevries"' not in client.get("/login").text


def test_a_remembered_cookie_that_we_did_not_write_is_nothing(client, institution):
    for value in ("", "x", "WyJhIiwiYiJd.AAAA", "WzFd." + "A" * 27, "%00"):
        client.set_cookie("zicht-remembered", value)
        page = client.get("/login")
        assert page.status_code == 200
        assert 'id="username" name="username" type="text" value=""' in page.text
