"""The strict check against the EDEXML 2.1 schema, beside the lenient reading. 1.03 and 2.0 files are valid 2.1 too."""

import functools
import re
from pathlib import Path
from typing import Final

from lxml import etree

from app.roster.messages import Notes
from app.roster.reading.safe_xml import local_name, new_parser

from .stream import BLANK

FOLDER: Final = Path(__file__).with_name("xsd-2.1")
MAX_SHOWN: Final = 20
MAX_BYTES: Final = 5 * 1024 * 1024
_ENUMERATION = re.compile(
    rb'(<xs:simpleType name="EDEXSchooljaarType">\s*<xs:restriction base="xs:string">).*?(</xs:restriction>)', re.DOTALL
)
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([\w.-]+)'")

# What a schema error means: a code whose sentence is in messages.py. The parser's own words quote the value.
REASONS: Final = {
    etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT: "schema-order",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_4: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_IDC: "schema-reference",
}


class _Patched(etree.Resolver):
    """Serves the schema files; the list of school years, which ends at 2024-2025, becomes a pattern."""

    def resolve(self, system_url: str, public_id: str | None, context: object) -> object:
        path = FOLDER / Path(system_url).name
        text = path.read_bytes()
        pattern = rb'\1<xs:pattern value="[0-9]{4}-[0-9]{4}"/>\2'
        return self.resolve_string(_ENUMERATION.sub(pattern, text), context, base_url=str(path))


@functools.cache
def schema() -> etree.XMLSchema:
    """The patched 2.1 schema, loaded once."""
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(_Patched())
    return etree.XMLSchema(etree.parse(str(FOLDER / "EDEXML.structuur.xsd"), parser))


def note_violations(path: Path, notes: Notes) -> None:
    """Notes where the file does not follow the standard: by element and reason the first line, never a value.

    A large file is not checked: that would cost more than reading it. Call it for a file that was read already, so it
    is known to be safe XML.
    """
    if path.stat().st_size > MAX_BYTES:
        notes.info("roster", "", "schema-skipped")
        return
    tree = etree.fromstring(path.read_bytes().lstrip(BLANK), etree.XMLParser(**new_parser())).getroottree()
    for extra in [element for element in tree.iter() if local_name(element.tag) == "toevoegingen"]:
        # Blocks of vendors have types that nobody else knows; every one would be an error.
        extra.getparent().remove(extra)
    check = schema()
    if check.validate(tree):
        return
    lines: dict[tuple[str, str], list[str]] = {}
    for violation in check.error_log:
        found = _ELEMENT.search(violation.message)
        about = found[1] if found else "?", REASONS.get(violation.type, "schema-value")
        lines.setdefault(about, []).append(str(violation.line))
    for (element, reason), where in list(lines.items())[:MAX_SHOWN]:
        told = {"line": where[0], "element": element, "reason": reason}
        if len(where) == 1:
            notes.warning("roster", "", "schema-violation", **told)
        else:
            notes.warning("roster", "", "schema-violations", **told, count=str(len(where)))
    if len(lines) > MAX_SHOWN:
        notes.info("roster", "", "schema-more", count=str(MAX_SHOWN))
