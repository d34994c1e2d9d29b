"""What is done to many accounts from the list: a page to check, the work, the result per row and its file."""

import pytest

from app.models import Account, Batch
from tests.accounts.accounts_world import work
from tests.screens.account_screens_world import ACCOUNTS, fresh, here, page, post, pupil, text_of, valid

__all__ = ["here", "pupil"]  # fixtures
CHECK = f"{ACCOUNTS}check/"


def done(app, client, task, *ids):
    """The address of a batch of this task that was checked, started and done."""
    address = post(client, CHECK, task=task, rowid=list(ids)).location.partition("?")[0]
    post(client, f"{address}start/", address)
    work(app)
    return address


@pytest.mark.parametrize(
    ("task", "before", "after", "said"),
    [
        ("block", {}, (True, True), "1 account is geblokkeerd."),
        ("unblock", {"blocked": True}, (True, False), "1 account is niet meer geblokkeerd."),
        ("deactivate", {}, (False, False), "1 account is nu inactief."),
        ("activate", {"active": False}, (True, False), "1 account is nu actief."),
    ],
)
def test_everything_the_filter_finds_is_changed_after_a_check_and_oneself_is_skipped_z138_to_z141(
    app, admin_client, administrator, pupil, make_account, task, before, after, said
):
    account = make_account(pupil, username="ozlem", **before)
    address = post(admin_client, CHECK, task=task, everything="1", query="active=all").location
    response = admin_client.get(address)
    valid(response)
    assert "Er is nog niets gewijzigd." in text_of(response)
    assert ("dit is al zo" if task in ("unblock", "activate") else "dit is uw eigen account") in text_of(response)
    assert (fresh(Account, account.id).active, fresh(Account, account.id).blocked) == (
        before.get("active", True),
        before.get("blocked", False),
    )
    address = address.partition("?")[0]
    for _press in range(2):
        post(admin_client, f"{address}start/", address)
    work(app)
    valid(admin_client.get(address))
    assert said in page(admin_client, address)
    assert "1 overgeslagen" in page(admin_client, address)
    saved, own = fresh(Account, account.id), fresh(Account, administrator.id)
    assert (saved.active, saved.blocked) == after
    assert (own.active, own.blocked) == (True, False)


def test_the_result_is_a_file_with_a_line_per_row_and_without_formulas_r80(app, admin_client, make_account, pupil):
    account = make_account(pupil, username="=ozlem")
    address = done(app, admin_client, "delete", account.id)

    file = admin_client.get(f"{address}resultaat.csv")
    lines = file.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert file.headers["Cache-Control"] == "no-store"
    assert lines[0] == "Nummer;Naam;Soort;Gebruikersnaam;Uitkomst;Reden;Krijgt gegevens;E-mail"
    assert lines[1].split(";")[3:5] == ["'=ozlem", "Klaar"]
    assert len(lines) == 2


def test_nothing_failed_so_nothing_is_offered_again(app, admin_client, make_account, pupil):
    address = done(app, admin_client, "block", make_account(pupil).id)
    assert "Deze opnieuw doen" not in page(admin_client, address)
    assert post(admin_client, f"{address}opnieuw/", address).status_code == 400
    assert fresh(Batch, 1).state == "done"


@pytest.mark.parametrize("task", ["", "root", "demote"])
def test_another_task_is_refused(admin_client, pupil, make_account, task):
    assert post(admin_client, CHECK, task=task, rowid=make_account(pupil).id).status_code == 400


def test_nothing_chosen_changes_nothing(admin_client):
    response = post(admin_client, CHECK, task="block", query="role=pupil")
    assert response.location == f"{ACCOUNTS}?role=pupil"
    assert "Kies eerst minstens één regel." in page(admin_client, response.location)
