"""The small school in which every page is tried as every role: two locations, one administrator each."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.models import (
    AccessBlock,
    Batch,
    BatchItem,
    Group,
    Guardianship,
    Mentor,
    NewsItem,
    OutboxMail,
    PersonKind,
    Pin,
    Role,
    SyncRun,
    Upload,
)
from app.services.access import ROLE_OF_KIND, Actor
from app.services.duplicates.merge import merge
from app.services.reach import recompute_reach

ADMINISTRATOR, WITHOUT = "administrator", "administrator without location"
VISITORS = ["anonymous", "pupil", "guardian", "staff", "other", "care_manager", ADMINISTRATOR, WITHOUT]
VISITORS += ["national", "root"]
PLACE = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
KIND_OF_SCREEN = {
    "pupils": PersonKind.PUPIL,
    "guardians": PersonKind.GUARDIAN,
    "staff": PersonKind.STAFF,
    "others": PersonKind.OTHER,
}


def routes(app):
    """(endpoint, method, rule) of every page, without what Flask adds itself."""
    found = []
    for rule in app.url_map.iter_rules():
        found += [(rule.endpoint, method, rule) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return sorted(found, key=lambda each: (each[0], each[2].rule, each[1]))


@pytest.fixture
def world(session, institution, make_location, make_person, make_account, log_in):
    return World(session, institution, make_location, make_person, make_account, log_in)


class World:
    """Makes visitors, and for every page an object of its own to point at, so no page spoils the next."""

    def __init__(self, session, institution, make_location, make_person, make_account, log_in):
        self.session, self.institution = session, institution
        self.make_person, self.make_account, self.log_in = make_person, make_account, log_in
        self.here, self.elsewhere = make_location("Lindelaan"), make_location("Praktijkschool Oost")
        self.count = itertools.count(1)
        self.now = datetime.now(UTC)
        self.used = {"password_hash": "unused", "activated_at": self.now}
        self.visitors = {name: self._account(name) for name in VISITORS if name != "anonymous"}

    def _account(self, name):
        if name in (ADMINISTRATOR, WITHOUT):
            # A second one at the same location, so that the first is not the last administrator.
            places = [self.here] if name == ADMINISTRATOR else []
            return self.make_account(role=Role.ADMINISTRATOR, locations=places, **self.used)
        role = Role(name)
        if role in (Role.NATIONAL, Role.ROOT):
            person = self.make_person(PersonKind.STAFF, institution_id=None)
            return self.make_account(person, role, **self.used)
        kind = next((kind for kind, own in ROLE_OF_KIND.items() if own is role), PersonKind.STAFF)
        person = self.make_person(kind, self.here if kind is PersonKind.PUPIL else None)
        return self.make_account(person, role, [self.here] if role is Role.CARE_MANAGER else [], **self.used)

    def client(self, app, name):
        return app.test_client() if name == "anonymous" else self.log_in(self.visitors[name])

    def address(self, rule, place=None):
        """The address of this rule, every variable part filled with something new at `place` (default: here)."""
        place = place or self.here
        kind = rule.endpoint.partition(".")[0]
        return PLACE.sub(lambda found: str(self._value(kind, found[1], found[0], place)), rule.rule)

    def _value(self, screen, name, text, place):
        if text.startswith("<any("):
            return text[5:].partition(")")[0].split(",")[0].strip()
        if name in ("token", "filename", "path"):
            return {"token": "x" * 43}.get(name, "zicht.css")
        if name == "kind":
            return "pupil"
        if name == "service":
            return "somtoday"
        makers = {"batch_id": self.batch, "run_id": self.run, "item_id": self.news, "mail_id": self.mail}
        makers["upload_id"] = self.upload
        if name in makers:
            return makers[name](place).id
        if screen == "duplicates":
            return self.duplicate(name, place)
        if screen == "corrections":
            return self.correction(name, place)
        if name == "location_id":
            return place.id
        by_screen = {
            "accounts": self.account,
            "mentor": self.account,
            "groups": self.group,
            "mails": self.mail,
            "synchronisation": self.run,
        }
        if screen == "locations":
            return place.id
        if screen in KIND_OF_SCREEN:
            return self.person(KIND_OF_SCREEN[screen], place).id
        return by_screen[screen](place).id

    def person(self, kind, place):
        person = self.make_person(kind, place if kind is PersonKind.PUPIL else None)
        if kind in (PersonKind.GUARDIAN, PersonKind.STAFF):
            self._lead_to(person, kind, place)
        return person

    def _lead_to(self, person, kind, place):
        """Links a guardian or staff member to a pupil there, for those have no place of themselves."""
        pupil = self.make_person(PersonKind.PUPIL, place)
        ids = {"pupil_id": pupil.id, "institution_id": self.institution.id}
        link = Guardianship(guardian_id=person.id, **ids) if kind is PersonKind.GUARDIAN else None
        self.session.add(link or Mentor(staff_id=person.id, **ids))
        self.child = pupil.id
        self.session.flush()
        recompute_reach(self.session, self.institution.id, [person.id])
        self.session.commit()

    def correction(self, name, place):
        """The id of a pin or a block, or of whom one can be made."""
        if name == "pupil_id":
            return self.child  # of the guardian who came just before in the address
        kind = PersonKind.PUPIL if name in ("person_id", "pin_id") else PersonKind.GUARDIAN
        person = self.person(kind, place)
        about = {"institution_id": self.institution.id, "reason": "adult", "made_at": self.now}
        if name == "pin_id":
            return self._saved(Pin(person_id=person.id, field="email", value="p@school.example", **about)).id
        if name == "block_id":
            return self._saved(AccessBlock(guardian_id=person.id, pupil_id=self.child, **about)).id
        return person.id

    def duplicate(self, name, place):
        """The id of a merge, or of one of two persons who could be merged."""
        one = self.person(PersonKind.PUPIL, place)
        if name != "merge_id":
            return one.id
        other = self.person(PersonKind.PUPIL, place)
        machine = Actor("command", institution_id=self.institution.id)
        versions = {one.id: one.version, other.id: other.version}
        done = merge(self.session, self.now, machine, one.id, other.id, versions).id
        self.session.commit()
        return done

    def account(self, place):
        return self.make_account(self.make_person(PersonKind.PUPIL, place), **self.used)

    def group(self, place):
        name = f"{next(self.count)}a"
        return self._saved(
            Group(institution_id=self.institution.id, location_id=place.id, school_year=2026, name=name, sort_key=name)
        )

    def news(self, place):
        values = {"title": "Nieuws", "body": "Tekst", "published_at": self.now - timedelta(days=1)}
        return self._saved(NewsItem(institution_id=self.institution.id, **values))

    def run(self, place):
        values = {"source": "edexml", "trigger": "file", "slot": f"test:{next(self.count)}", "status": "applied"}
        return self._saved(SyncRun(institution_id=self.institution.id, created_at=self.now, **values))

    def upload(self, place):
        actor = self.visitors[ADMINISTRATOR if place is self.here else WITHOUT]  # a table is of who sent it in alone
        values = {"stored_as": f"{next(self.count)}", "shown_as": "x.csv", "sha256": "0" * 64, "created_at": self.now}
        return self._saved(Upload(institution_id=self.institution.id, options={"by": actor.id}, **values))

    def mail(self, place):
        values = {"template": "account-new", "recipient": "p@school.example", "details": {}, "state": "failed"}
        account = self.account(place)
        return self._saved(
            OutboxMail(
                institution_id=self.institution.id,
                account_id=account.id,
                message_id=f"m{next(self.count)}",
                created_at=self.now,
                next_at=self.now,
                **values,
            )  # fmt: skip
        )

    def batch(self, place):
        actor = self.visitors[ADMINISTRATOR if place is self.here else WITHOUT]  # a batch is of who made it alone
        person = self.make_person(PersonKind.PUPIL, place)
        batch = self._saved(
            Batch(
                institution_id=self.institution.id,
                actor_id=actor.id,
                task="create",
                kind="pupil",
                state="draft",
                total=1,
                form_key=f"key{next(self.count)}",
                created_at=self.now,
            )  # fmt: skip
        )
        self._saved(
            BatchItem(institution_id=self.institution.id, batch_id=batch.id, person_id=person.id, state="waiting")
        )
        return batch

    def _saved(self, row):
        self.session.add(row)
        self.session.commit()
        return row
