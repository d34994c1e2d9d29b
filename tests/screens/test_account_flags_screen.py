"""Blocking and deactivating many accounts: a page to check, then done for who may be, and said for the others."""

import pytest

from app.models import Account
from tests.screens.account_screens_world import ACCOUNTS, fresh, here, page, post, pupil, text_of, valid

__all__ = ["here", "pupil"]  # fixtures
FLAGS, SET = f"{ACCOUNTS}kenmerk/", f"{ACCOUNTS}kenmerk/zetten/"


@pytest.mark.parametrize(
    ("flag", "before", "after", "said"),
    [
        ("block", {}, (True, True), "1 account is geblokkeerd."),
        ("unblock", {"blocked": True}, (True, False), "1 account is niet meer geblokkeerd."),
        ("deactivate", {}, (False, False), "1 account is nu inactief."),
        ("activate", {"active": False}, (True, False), "1 account is nu actief."),
    ],
)
def test_flags_of_many_are_set_after_a_check_and_oneself_is_skipped_z138_to_z141(
    admin_client, administrator, pupil, make_account, flag, before, after, said
):
    account = make_account(pupil, username="ozlem", **before)
    chosen = {"flag": flag, "everything": "1", "query": "active=all"}
    response = post(admin_client, FLAGS, **chosen)
    valid(response)
    assert "Er is nog niets gewijzigd." in text_of(response)
    reason = "Dit is al zo." if flag.endswith(("unblock", "activate")) and flag != "deactivate" else "uw eigen account"
    assert reason in text_of(response)
    assert (fresh(Account, account.id).active, fresh(Account, account.id).blocked) == (
        before.get("active", True),
        before.get("blocked", False),
    )
    answer = post(admin_client, SET, **chosen)
    assert f"{said} 1 is overgeslagen." in page(admin_client, answer.location)
    saved, own = fresh(Account, account.id), fresh(Account, administrator.id)
    assert (saved.active, saved.blocked) == after
    assert (own.active, own.blocked) == (True, False)
    answer = post(admin_client, SET, **chosen)  # a second press
    assert "Er is niets gewijzigd. 2 zijn overgeslagen." in page(admin_client, answer.location)


@pytest.mark.parametrize("flag", ["", "root", "delete"])
def test_another_flag_is_refused(admin_client, pupil, make_account, flag):
    account = make_account(pupil)
    for address in (FLAGS, SET):
        assert post(admin_client, address, flag=flag, rowid=account.id).status_code == 400


def test_nothing_chosen_changes_nothing(admin_client):
    response = post(admin_client, FLAGS, flag="block", query="role=pupil")
    assert response.location == f"{ACCOUNTS}?role=pupil"
    assert "Kies eerst minstens één regel." in page(admin_client, response.location)
