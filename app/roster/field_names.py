"""What the fields and kinds of records are called in the sentences of messages."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

FIELDS: Final[Mapping[str, Any]] = {
    "first_name": _l("first name"),
    "initials": _l("initials"),
    "prefix": _l("name prefix"),
    "last_name": _l("last name"),
    "birth_date": _l("date of birth"),
    "enrolled_on": _l("enrolment date"),
    "leaving_date": _l("leaving date"),
    "email": _l("e-mail address"),
    "relation": _l("relation to the pupil"),
    "programme_code": _l("programme code"),
    "reference_date": _l("reference date"),
    "gender": _l("gender"),
    "group": _l("class"),
    "group_name": _l("name of the group"),
    "mentors": _l("mentor"),
    "receives_post": _l("post"),
    "has_authority": _l("parental authority"),
    "schema-order": _l("a field is unknown here, missing, or in the wrong order"),
    "schema-attribute": _l("a required attribute is missing"),
    "schema-reference": _l("a key is not unique, or refers to nothing"),
    "schema-value": _l("the value is not allowed"),
    "pin-agrees": _l("the school system says the same now"),
    "pin-over": _l("the last day of the pin is over"),
    "pupils": _l("pupils"),
    "guardians": _l("guardians"),
    "staff": _l("staff members"),
    "groups": _l("groups"),
    "locations": _l("locations"),
    "home_groups": _l("home groups"),
    "teaching_groups": _l("teaching groups"),
    "demographics": _l("dates of birth and gender"),
    # what an undo names; apart, because a title in a table may be called the same
    "field-number": _l("number"),
    "field-left_on": _l("day of leaving"),
    "field-location": _l("location"),
    "field-school_year": _l("enrolment"),
    "field-year_of_study": _l("year of study"),
    "field-pair": _l("link between guardian and pupil"),
    "field-rank": _l("order of contact"),
    "field-key": _l("key in the source"),
    "field-name": _l("name"),
    "field-code": _l("location number"),
    "field-is_home": _l("kind of group"),
    "field-source": _l("source"),
    "field-pin": _l("correction by hand"),
}


def field_text(name: str) -> str:
    """What a field is called; the bare name when this build does not know it."""
    return str(FIELDS.get(name, name))
