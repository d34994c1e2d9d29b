"""School Data Sync V1 as OneRoster tables (formats.md 8). Pure.

Names may stand with the pupils and teachers themselves, or in the file of users, which also holds the guardians: those
are known by their e-mail address, and by a key when they have one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.roster.oneroster.tables import CLASSES, ENROLMENTS, ORGS, RELATIONS, ROLES, USERS, type_Row
from app.roster.reading.csv_sheets import Shape, shape

SCHOOL: Final = "school"
SECTION: Final = "section"
STUDENT: Final = "student"
TEACHER: Final = "teacher"
STUDENT_LINKS: Final = "studentenrollment"
TEACHER_LINKS: Final = "teacherroster"
USER: Final = "user"
GUARDIANS: Final = "guardianrelationship"

_PERSON: Final = "First Name,Middle Name,Last Name,Secondary Email"
SHAPES: Final[Mapping[str, Shape]] = {
    SCHOOL: shape("SIS ID,Name", "School Number"),
    SECTION: shape("SIS ID,School SIS ID,Section Name", "Course Name,Course SIS ID"),
    STUDENT: shape("SIS ID,School SIS ID", f"Username,{_PERSON},Student Number,Grade,Birthdate"),
    TEACHER: shape("SIS ID,School SIS ID", f"Username,{_PERSON},Teacher Number"),
    STUDENT_LINKS: shape("Section SIS ID,SIS ID"),
    TEACHER_LINKS: shape("Section SIS ID,SIS ID"),
    USER: shape("Email,First Name,Last Name", "SIS ID"),
    GUARDIANS: shape("SIS ID,Email,Role"),
}
COLUMNS: Final = {  # of people: ours by theirs
    "username": "username",
    "first name": "givenname",
    "middle name": "middlename",
    "last name": "familyname",
    "secondary email": "email",
    "student number": "identifier",
    "teacher number": "identifier",
    "grade": "grades",
    "birthdate": "birthdate",
}
CONTACT: Final = {"first name": "givenname", "last name": "familyname", "email": "email"}


def as_oneroster(sheets: Mapping[str, list[type_Row]]) -> dict[str, list[type_Row]]:
    """The tables. A file that is not there gives no table."""
    tables: dict[str, list[type_Row]] = {}
    if SCHOOL in sheets:
        tables[ORGS] = [
            {"sourcedid": row["sis id"], "name": row["name"], "type": SCHOOL, "identifier": row.get("school number")}
            for row in sheets[SCHOOL]
        ]
    if SECTION in sheets:
        tables[CLASSES] = [
            {
                "sourcedid": row["sis id"],
                "title": row["section name"],
                "schoolsourcedid": row["school sis id"],
                "coursesourcedid": row.get("course sis id") or row.get("course name"),
            }
            for row in sheets[SECTION]
        ]
    if STUDENT_LINKS in sheets or TEACHER_LINKS in sheets:
        tables[ENROLMENTS] = [
            {"classsourcedid": row["section sis id"], "usersourcedid": row["sis id"], "role": role}
            for name, role in ((STUDENT_LINKS, STUDENT), (TEACHER_LINKS, TEACHER))
            for row in sheets.get(name, ())
        ]
    if sheets.keys() & {STUDENT, TEACHER}:
        tables[ROLES] = [*_roles(sheets)]
        tables[USERS] = [*_people(sheets)]
        if GUARDIANS in sheets:
            _add_guardians(sheets, tables)
    return tables


def _roles(sheets: Mapping[str, list[type_Row]]) -> Iterator[type_Row]:
    for role in (STUDENT, TEACHER):
        for row in sheets.get(role, ()):
            yield {"usersourcedid": row["sis id"], "orgsourcedid": row["school sis id"], "role": role}


def _people(sheets: Mapping[str, list[type_Row]]) -> Iterator[type_Row]:
    """Each pupil and teacher once; somebody at two schools has two rows and two roles.

    A user with the address of a guardian is that guardian, also when it carries the key of the pupil.
    """
    guardians = {address_of(row) for row in sheets.get(GUARDIANS, ())}
    named = {row.get("sis id", "").strip(): row for row in sheets.get(USER, ()) if address_of(row) not in guardians}
    seen: set[str] = set()
    for role in (STUDENT, TEACHER):
        for row in sheets.get(role, ()):
            key = row["sis id"].strip()
            if key in seen:
                continue
            seen.add(key)
            own = {ours: row[theirs] for theirs, ours in COLUMNS.items() if row.get(theirs)}
            yield {"sourcedid": key, **_contact(named.get(key, {})), **own}


def _contact(row: type_Row) -> dict[str, Any]:
    return {ours: row[theirs] for theirs, ours in CONTACT.items() if row.get(theirs)}


def address_of(row: type_Row) -> str:
    """The e-mail address to compare with."""
    return str(row.get("email", "")).strip().casefold()


def _add_guardians(sheets: Mapping[str, list[type_Row]], tables: dict[str, list[type_Row]]) -> None:
    """The guardians of the pupils, each once, with their relations. One without a user of its own has no name."""
    users = {address_of(row): row for row in reversed(sheets.get(USER, []))}
    pupils = {row["sis id"].strip() for row in sheets.get(STUDENT, ())}
    known = {row["sourcedid"] for row in tables[USERS]}
    relations: list[type_Row] = []
    for row in sheets[GUARDIANS]:
        address = address_of(row)
        user = users.get(address, {})
        own = str(user.get("sis id") or "").strip()
        key = own if own and own not in pupils else address
        if not key:
            continue
        role = {"usersourcedid": row["sis id"], "relationshipusersourcedid": key, "relationshiprole": row["role"]}
        relations.append(role)
        if key not in known:
            known.add(key)
            tables[USERS].append({"sourcedid": key, "email": row["email"], **_contact(user)})
        tables[ROLES].append({"usersourcedid": key, "role": "guardian"})
    tables[RELATIONS] = relations
