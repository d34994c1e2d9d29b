"""`institution create` and `institution list` (contract.md)."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import click
from flask import current_app
from flask_babel import gettext as _

from app.clock import now
from app.extensions import db, transaction
from app.services.institutions import Given, create_institution, list_institutions
from app.services.login.credentials import prepare_secret

from .answer import MACHINE, Answer, Commands, answers

institution = Commands("institution", help="Schools of this installation.")


@institution.command("create")
@click.option("--brin", required=True, help="The BRIN of the school: two digits and two letters.")
@click.option("--name", required=True)
@click.option("--admin-username", help="The first application administrator, preferably admin_<last name>.")
@click.option("--admin-email", help="Where the details go; without it the password is shown here, once.")
@answers
def create(brin: str, name: str, admin_username: str | None, admin_email: str | None) -> Answer:
    """A new institution, with its first application administrator."""
    secret_key = current_app.config["SECRET_KEY"]
    fresh = (prepare_secret(secret_key), prepare_secret(secret_key))
    with transaction():
        made = create_institution(
            db.session,
            now(),
            MACHINE,
            secret_key,
            brin=brin,
            name=name,
            admin_username=admin_username,
            admin_email=admin_email,
            fresh=fresh,
        )
        answer = {
            "institution": made.institution.brin,
            "name": made.institution.name,
            "admin": dataclasses.asdict(made.administrator) if made.administrator else None,
            "root": dataclasses.asdict(made.root) if made.root else None,
        }
    told = _("Institution %(brin)s is made: %(name)s.", brin=answer["institution"], name=answer["name"])
    return Answer(data=answer, text=[told, *_told(made.administrator), *_told(made.root)])


@institution.command("list")
@answers
def list_all() -> Answer:
    """All institutions with their locations."""
    data: list[dict[str, Any]] = [
        {
            "institution": found.brin,
            "name": found.name,
            "locations": [{"code": place.code, "name": place.name, "on": place.sync_on} for place in places],
        }
        for found, places in list_institutions(db.session)
    ]
    return Answer(data=data, text=_lines(data))


def _lines(data: list[dict[str, Any]]) -> Iterator[str]:
    for line in data:
        yield f"{line['institution']}  {line['name']}"
        for place in line["locations"]:
            yield f"    {place['code']}  {place['name']}" + ("" if place["on"] else f"  ({_('switched off')})")
    if not data:
        yield _("There is no institution yet.")


def _told(given: Given | None) -> list[str]:
    if given is None:
        return []
    if given.delivery == "mail":
        return [_("Account %(username)s: the details go out by e-mail.", username=given.username)]
    words = {"username": given.username, "password": given.password}
    return [_("Account %(username)s: password %(password)s. Copy it directly: you see it only once.", **words)]
