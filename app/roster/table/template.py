"""Templates of tables that can be filled in and read as they are: Dutch titles and one example row (Z-294)."""

import csv
import io
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import UnknownName

from .fields import FIELDS, GUARDIAN, About

EXAMPLES: Final[dict[About, dict[str, str]]] = {
    About.PUPILS: {
        "number": "VOORBEELD-1",
        "first_name": "Noor",
        "initials": "N.M.",
        "prefix": "van der",
        "last_name": "Beek",
        "birth_date": "31-12-2012",
        "gender": "V",
        "email": "noor@leerling.example",
        "year_of_study": "2",
        "group": "h2a",
        "teaching_groups": "h2a.wi, h2a.en",
        "mentors": "50001",
        "programme_code": "0071",
        "location": "Hoofdlocatie",
        "enrolled_on": "01-08-2025",
        "leaving_date": "",
    },
    About.GUARDIANS: {
        "pupil_number": "VOORBEELD-1",
        "number": "700001",
        "initials": "C.",
        "prefix": "van der",
        "last_name": "Beek",
        "gender": "V",
        "email": "ouder@thuis.example",
        "relation": "moeder",
        "receives_post": "ja",
        "has_authority": "ja",
    },
    About.STAFF: {
        "number": "VOORBEELD-1",
        "code": "JAN",
        "first_name": "Ad",
        "initials": "A.",
        "prefix": "",
        "last_name": "Jansen",
        "gender": "M",
        "email": "a.jansen@school.example",
        "groups": "h2a, h2a.wi",
        "leaving_date": "",
    },
    About.GROUPS: {"name": "VOORBEELD 2A", "sort": "stamgroep", "year_of_study": "2", "location": "Hoofdlocatie"},
}
BESIDE: Final = ("number", "initials", "prefix", "last_name", "email", "relation", "receives_post", "has_authority")
WIDTH: Final = 18


def template(kind: About | str, format: str) -> bytes:
    """The template of this kind as "csv" or "xlsx". Raises UnknownName for another one."""
    try:
        about, write = About(kind), _WRITERS[format]
    except (ValueError, KeyError):
        raise UnknownName(_("There is no template %(name)s.", name=f"{kind}.{format}")) from None
    return write(*_lines(about))


def _lines(about: About) -> tuple[list[str], list[str]]:
    example = EXAMPLES[about]
    titles = [FIELDS[about][name].column for name in example]
    values = list(example.values())
    if about is About.PUPILS:
        for rank, person in enumerate((EXAMPLES[About.GUARDIANS], {}), 1):
            titles += [f"Verzorger {rank} {GUARDIAN[name].column.lower()}" for name in BESIDE]
            values += [person.get(name, "") for name in BESIDE]
    return titles, values


def _csv(titles: list[str], values: list[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([titles, values])
    return text.getvalue().encode("utf-8-sig")  # by that mark a Dutch Excel knows UTF-8


def _xlsx(titles: list[str], values: list[str]) -> bytes:
    """Every column is text, so that Excel takes no zeros away and makes no dates."""
    from openpyxl import Workbook  # here, for it is large and other tables need nothing of it
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.freeze_panes = "A2"
    sheet.append(titles)
    sheet.append(values)
    for column, _title in enumerate(titles, 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].number_format = "@"
        sheet.column_dimensions[letter].width = WIDTH
        sheet.cell(1, column).font = Font(bold=True)
        sheet.cell(2, column).number_format = "@"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_WRITERS: Final = {"csv": _csv, "xlsx": _xlsx}
