"""The sentences behind the codes of roster messages: what is wrong and what to do (Z-239, Z-244).

A message keeps a code and values, so the log can be read in another language later. `field` says which field it is
about, `value` what stood there when it could not be used: only who reaches the record reads it, and no log has it. No
other value holds personal data but the number that names the record.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from . import RosterMessage
from .field_names import FIELDS

MESSAGES: Final[Mapping[str, Any]] = {
    # read by the adapters
    "key-missing": _l("This record has no key, so it was skipped. Give it a key in the school system."),
    "key-too-long": _l("The key is longer than 256 characters, so this record was skipped."),
    "key-no-number": _l("The key is longer than 64 characters, so it is not used as the number."),
    "number-missing": _l("There is no number in the school system. A fixed code is used instead: %(number)s."),
    "pupil-number-missing": _l("There is no pupil number, so this record was skipped. Fill it in."),
    "pupil-number-unusable": _l(
        "There is no usable pupil number. This pupil is recognised by name and date of birth; fill in the number."
    ),
    "number-too-long": _l("The number is longer than 64 characters, so this record was skipped."),
    "last-name-missing": _l("There is no last name, so this record was skipped. Fill it in in the school system."),
    "only-first-name": _l("There is only a first name. It is used as the last name; add the last name."),
    "duplicate-key": _l("This key occurs more than once. Only the first record was used."),
    "date-unreadable": _l("The %(field)s cannot be read and was left out. Correct it in the school system."),
    "email-unreadable": _l("The e-mail address is not valid and was left out. Correct it in the school system."),
    "field-too-long": _l("The %(field)s is too long and was left out. Shorten it in the school system."),
    "gender-unknown-code": _l("The gender has an unknown code and counts as unknown."),
    "group-name-missing": _l("This group has no name. Its key is used as the name."),
    "location-name-missing": _l("This location has no name. Its key is used as the name."),
    "group-unknown": _l("Group %(group)s is not in this delivery, so the link was left out."),
    "location-unknown": _l("Location %(location)s is not in this delivery, so the link was left out."),
    "location-missing": _l("There is no location. Fill it in in the school system."),
    "mentor-unknown": _l("Mentor %(mentor)s is not in this delivery, so the link was left out."),
    "pupil-unknown": _l("Pupil %(pupil)s is not in this delivery, so the link was left out."),
    "guardian-unknown": _l("Guardian %(guardian)s is not in this delivery, so the link was left out."),
    "no-pupil": _l("This guardian has no active pupil in this delivery and was skipped."),
    "school-year-unknown": _l("The file does not name a readable school year. School year %(year)s was used."),
    "not-in-school-year": _l("There is no active enrolment in this school year, so this pupil was skipped."),
    "begins-later": _l("Begins on %(date)s and comes in then."),
    "next-year-refused": _l(
        "The school system does not show the next school year yet. Its pupils come in once it does."
    ),
    "never-enrolled": _l("There is no enrolment, so this pupil was skipped."),
    "enrolments-missing": _l("The school system does not show the enrolments, so this record was skipped."),
    "left-service": _l("This staff member has left and was skipped."),
    "keys-do-not-last": _l("The keys in this file are valid once. People are recognised in another way next time."),
    "schema-violation": _l("Line %(line)s, %(element)s: %(reason)s. The data were read all the same."),
    "schema-violations": _l(
        "Line %(line)s and further, %(count)s times, %(element)s: %(reason)s. The data were read all the same."
    ),
    "schema-more": _l("There are more places that do not follow the standard; only the first %(count)s are shown."),
    "schema-skipped": _l("The file is too large for the strict check of the standard. The data were read."),
    "location-refused": _l("The school system gives no access to this location. Its people stay as they are."),
    "location-no-data": _l("The school system has no data of this location for us. Its people stay as they are."),
    "nothing-changed": _l(
        "The school system says that nothing changed since the last time. Everything stays as it is."
    ),
    "let-in": _l("The school system knows us. What it gives is seen at the first synchronisation."),
    "list-slow": _l("The school system needs more time for the %(resource)s than a test has. A synchronisation waits."),
    "eckid-as-key": _l("The school system gives an ECK iD and no number. People are recognised by it."),
    "list-empty": _l("The school system gave no %(resource)s at all. These stay as they are."),
    "list-damaged": _l("The list with %(resource)s could not be read as a whole. These stay as they are."),
    "row-damaged": _l("This row has more or fewer values than there are columns, so it was skipped."),
    "groups-not-read": _l("The groups of %(count)s people could not be read. These people stay in their groups."),
    "guardian-numbers-missing": _l("The guardians have no number. Add it to the list, so that they stay who they are."),
    "letters-lost": _l(
        "%(count)s names hold a question mark where a letter was lost: the list cannot carry every letter. "
        "The functions of Magister can."
    ),
    "resource-refused": _l("The school system gives no access to %(resource)s. These stay as they are."),
    # tables and files of fixed columns
    "edex-line-shifted": _l("Line %(line)s of %(file)s is not in the fixed columns, so it was skipped."),
    "table-number-missing": _l("Row %(row)s has no number that can be read, so it was skipped. Fill it in."),
    "table-pupil-missing": _l("Row %(row)s does not say of which pupil this guardian is. Fill in the pupil number."),
    "table-row-shifted": _l("Row %(row)s has more cells than there are titles, so it was skipped. Correct it."),
    "table-other-school": _l("This record is of another school and was skipped."),
    "table-cell-unreadable": _l("The cell of the %(field)s holds no value that can be used. Correct it in the table."),
    "table-columns-unused": _l("Columns that are not used: %(columns)s."),
    "former-pupil": _l("Is a former pupil (year group H) and was skipped."),
    "school-unsaid": _l("The file does not say which school it is of (BRIN). Make sure that it is of this school."),
    "table-joined": _l("%(rows)s rows tell more about somebody in an earlier row. They were joined."),
    "table-not-judged": _l("Not every row has a number, so nobody counts as gone this time. Correct those rows."),
    "table-example": _l("The example row of the template was skipped."),
    "table-guardian-nameless": _l("Guardian %(rank)s has no column for the last name, so this guardian was left out."),
    "table-leading-zeros": _l("The numbers in %(column)s differ in length. Excel may have taken leading zeros away."),
    "table-decimals": _l(
        "Excel made numbers in %(column)s look like 123456.0. The part behind the point was left out."
    ),
    "table-serial-dates": _l("Excel wrote dates in %(column)s as numbers. They were read as dates; check a few."),
    "table-month-first": _l("Dates in %(column)s have the month first, so none was used. Write the day first."),
    "table-letters": _l("There are broken letters such as Ã« in %(column)s. Save the table as CSV UTF-8 or XLSX."),
    "numbers-missing": _l("Pupils have no number of the school in this source; a fixed code is used. Add the number."),
    "role-unknown": _l("The role of this person is not known here, so this record was skipped. Correct the role."),
    "role-missing": _l("There is no role for this person, so this record was skipped. Add the role."),
    "role-ended": _l("The role of this person has ended, so this record was skipped."),
    "encoding-guessed": _l("%(file)s is not in UTF-8. It was read as Windows text; look at names with accents."),
    "file-empty": _l("There is nothing in %(file)s. What it would tell stays as it is."),
    "file-not-announced": _l("The manifest does not announce %(file)s, so it was not read."),
    "status-in-full-file": _l("%(count)s records in %(file)s are marked as gone, so they were left out."),
    "status-missing": _l("%(file)s holds changes, but not every record has a status. Such a record counts as active."),
    "mixed-package": _l("This package mixes complete files and changes. Who is not in it stays as they are."),
    "enrolment-unclear": _l("This enrolment names no class or no person, so it was left out."),
    "guardians-unlinked": _l("No guardian in this delivery is linked to a pupil. All of them stay as they are."),
    "people-of-others": _l("%(count)s people in this delivery are of another school and were skipped."),
    "staff-partial": _l("The service tells of teachers only. Other staff stay as they are."),
    # decided by the plan
    "number-twice": _l("The number %(number)s occurs more than once, for different people. Correct it."),
    "key-of-another": _l("The key of this record belonged to somebody else, who stays. Give the newcomer another key."),
    "location-not-told": _l("Location %(location)s is not in this delivery. Its people stay as they are."),
    "school-year-not-now": _l("This is the delivery of school year %(year)s, which is not the current school year."),
    "kind-unheard": _l("The %(people)s of this source do not count; the order of the sources says so."),
    "location-unheard": _l("This location is not known here, and the order of the sources lets this one add none."),
    "gone-by-another": _l("Has left according to a source that goes before this one, so this record was skipped."),
    "mentor-not-found": _l(
        "Mentor %(mentor)s is no staff number here. Use the number, or read the table of staff in the same import."
    ),
    "kind-not-told": _l("There are no %(people)s in this delivery, although there were before. They stay as they are."),
    "part-waits": _l("%(count)s %(people)s stay as they are for now: somebody decided so, or has yet to decide."),
    "duplicate-number": _l("The number %(number)s occurs more than once. Only the first record was used."),
    "left": _l("Has left the school on %(date)s."),
    "gone": _l("Is no longer in the school system."),
    "gone-with-source": _l("Only a source knew this record that is not used any more, and no other one tells it."),
    "location-off": _l("Location %(location)s is switched off, so this record was skipped."),
    "no-link": _l("This staff member has no link to a pupil or a group and was skipped."),
    "merged": _l("This is somebody who was merged with number %(number)s. That record was used, and its links count."),
    "merged-with-hand-made": _l("Was already added by hand with this number and is now linked to the school system."),
    "name-kept": _l("The name was changed by hand and stays as it is."),
    "pinned": _l(
        "The %(field)s was pinned by hand and stays. The school system says something else: correct it there."
    ),
    "pin-dropped": _l("The %(field)s is not pinned any more: %(why)s."),
    "field-kept": _l("The %(field)s was changed by hand and stays as it is."),
    "guardian-without-pupil": _l("This guardian has no link to a pupil any more."),
    "returned": _l("Is back at the school. The earlier record is used again."),
    "duplicate-group": _l("Group %(group)s occurs more than once at this location. They were joined."),
    "group-location-guessed": _l("It is not clear at which location group %(group)s is. It was put at %(location)s."),
    "other-school-year": _l("Group %(group)s is of another school year and was skipped."),
    "eckid-of-another": _l("The ECK iD of this record belongs to somebody else and was left out."),
    "username-foreseen": _l("Would get the username %(username)s with an account."),
    "account-foreseen": _l("The account %(account)s still works, and would be proposed for deactivation."),
    "access-foreseen": _l("Would be seen from %(access)s no more."),
    "username-kept": _l("The name has changed; the username stays the same."),
    # decided by an undo
    "undo-changed": _l("The %(field)s changed after this run, so it stays as it is."),
    "undo-not-there": _l("This record is not there any more, so nothing of it could be put back."),
    "undo-target-gone": _l("The %(field)s of before does not exist any more, so this stays as it is."),
    "undo-place-taken": _l("Another record has this name or number now, so this could not be put back."),
    "undo-kept-account": _l(
        "Was new in this run and has an account by now. So the record is not deleted, but marked as left."
    ),
    "undo-kept-other": _l(
        "Was new in this run, but more hangs on this record by now. So it is not deleted, but marked as left."
    ),
    "undo-kept-changed": _l("Was new in this run and changed since. So the record is not deleted, but marked as left."),
    "undo-group-changed": _l("This group was new in this run and changed since, so it stays."),
    "undo-group-used": _l("This group was new in this run, but somebody is in it, or was before a merge, so it stays."),
    "undo-location-used": _l("This location was new in this run, but it is in use, so it stays."),
    "undo-elsewhere": _l("%(count)s records of locations out of your reach stay as they are."),
}


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def message_text(message: RosterMessage) -> str:
    """The sentence of a message in the language of the reader; the bare code when this build does not know it."""
    sentence = MESSAGES.get(message.code)
    if sentence is None:
        return message.code
    values = _Values({name: str(FIELDS.get(value, value)) for name, value in message.values.items()})
    return str(sentence) % values


MAX_SHOWN_KEY: Final = 64
MAX_SHOWN_VALUE: Final = 80


def as_read(value: object) -> str:
    """What stood in a field that could not be used, for the message about it."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value)).strip()
    return text if len(text) <= MAX_SHOWN_VALUE else f"{text[:MAX_SHOWN_VALUE]}…"


class Notes:
    """Collects messages while a source is read; the first argument is the kind of record, the second its number.

    `record_key` is the technical key of the record, by which the plan finds whom the message is about.
    """

    def __init__(self) -> None:
        self.messages: list[RosterMessage] = []

    def error(self, kind: str, key: str, code: str, record_key: str = "", **values: str) -> None:
        """This record was skipped."""
        self._add("error", kind, key, code, record_key, values)

    def warning(self, kind: str, key: str, code: str, record_key: str = "", **values: str) -> None:
        """This record was used, but somebody should look."""
        self._add("warning", kind, key, code, record_key, values)

    def info(self, kind: str, key: str, code: str, record_key: str = "", **values: str) -> None:
        """Worth knowing; nothing to do."""
        self._add("info", kind, key, code, record_key, values)

    def _add(self, severity: str, kind: str, key: str, code: str, record_key: str, values: Mapping[str, str]) -> None:
        if len(key) > MAX_SHOWN_KEY:
            key, record_key = key[:MAX_SHOWN_KEY], record_key or key
        own = record_key if record_key != key else ""
        self.messages.append(RosterMessage(severity, kind, key, code, values, own))
