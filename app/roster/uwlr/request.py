"""The question to a UWLR service, in the order that its schema wants (formats.md 3)."""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.soap import fill

GEGEVENS: Final = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
AUTORISATIE: Final = "http://www.edustandaard.nl/leerresultaten/2/autorisatie"
VERSIONS: Final = ("2.2", "2.1")  # an older service may refuse the newer one
_KEYS: Final = re.compile(r"\s*([0-9]{2}[A-Za-z]{2})[.\-]?([0-9]{2})?\s*[=:]\s*(\S+)\s*")


def question(school: AskedSchool, year: int, version: str, since: str = "") -> etree._Element:
    """All data of one location for a school year; without `since` (a moment) everything is always sent."""
    request = etree.Element(etree.QName(GEGEVENS, "leerlinggegevens_verzoek"), nsmap={"lg": GEGEVENS})
    values = {
        "schooljaar": f"{year}-{year + 1}",
        "brincode": school.brin,
        "dependancecode": school.dependance or "00",
        "xsdversie": version,
        **({"laatstontvangengegevens": since} if since else {}),
    }
    for name, value in values.items():
        fill(request, etree.QName(GEGEVENS, name), value)
    return request


def authorisation(settings: Mapping[str, str], school: AskedSchool) -> etree._Element:
    """Who we are."""
    header = etree.Element(etree.QName(AUTORISATIE, "autorisatie"), nsmap={"aut": AUTORISATIE})
    values = {
        "autorisatiesleutel": key_for(settings["key"], school),
        "klantcode": settings["client_code"],
        "klantnaam": settings["client_name"],
    }
    for name, value in values.items():
        fill(header, etree.QName(AUTORISATIE, name), value)
    return header


def key_for(key: str, school: AskedSchool) -> str:
    """The key of one location: ESIS hands out one per location, written as '99ZZ.01=KEY, 99ZZ.02=KEY' (formats.md 6.2).

    Any other text is one key for all, as it stands.
    """
    parts = [_KEYS.fullmatch(part) for part in key.split(",")]
    if not all(parts):
        return key
    keys = {part[1].upper() + (part[2] or ""): part[3] for part in parts if part}
    return keys.get(school.key) or keys.get(school.code) or keys.get(school.brin) or next(iter(keys.values()))
