"""EDEXML files that are hostile, broken or large, and the strict check beside the reading (R75)."""

import io
import re
import tracemalloc

import pytest

from app.errors import RosterUnreadable
from app.roster.edexml import ROOTS, EdexmlSource
from app.roster.edexml.reader import RECORDS
from app.roster.edexml.stream import stream_elements
from app.roster.messages import message_text
from app.roster.reading.safe_xml import local_name
from tests.sources.edexml import edexml_world
from tests.sources.edexml.edexml_world import GROUPS, LOCATION, SCHOOL, TODAY, codes, edex, pupil

read = edexml_world.read


def test_the_strict_report_names_line_and_element_and_no_value(read):
    late = SCHOOL.replace("2026-2027", "2039-2040")
    roster = read(edex(pupils="\n" + pupil("1", "<achternaam>B</achternaam><geslacht>KANARIE</geslacht>"), school=late))

    (found,) = [message for message in roster.messages if message.code == "schema-violation"]
    assert (found.values["line"], found.values["element"], found.values["reason"]) == ("2", "geslacht", "schema-value")
    assert "KANARIE" not in message_text(found)


def test_the_strict_report_is_short_and_vendor_blocks_are_no_violation(read):
    extra = (
        '<toevoegingen><blok xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Eigen"/></toevoegingen>'
    )
    good = read(edex(pupils=pupil("1", "<achternaam>B</achternaam>" + extra)))
    assert codes(good) == []

    bad = read(edex(pupils="".join(pupil(str(n), "<tussenvoegsel>x</tussenvoegsel>") for n in range(30))))
    (found,) = [message for message in bad.messages if message.code.startswith("schema-")]
    assert (found.code, found.values["element"], found.values["count"]) == ("schema-violations", "tussenvoegsel", "30")
    worse = read(edex(pupils="".join(pupil(str(n), f"<eigen{n}>x</eigen{n}>") for n in range(30))))
    assert [m.code for m in worse.messages].count("schema-violation") == 20
    assert worse.messages[-1].code == "schema-more"


LAUGHS = '<!DOCTYPE EDEX [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "empty": b"",
    "no xml": b"leerlingnummer;achternaam\n1;Beek\n",
    "html": b"<html><body/></html>",
    "other root": b"<UITWISSELING><leerlingen/></UITWISSELING>",
    "root inside another": b"<x><EDEX><leerlingen/></EDEX></x>",
    "no pupils": b"<EDEX/>",
    "truncated": edex(pupils=pupil()).encode()[:-20],
    "bytes behind": edex(pupils=pupil()).encode() + b"<more/>",
    "laughs": (LAUGHS + edex(pupils=pupil("1", "<achternaam>&b;</achternaam>"))).encode(),
    "laughs in utf-16": (LAUGHS + edex(pupils=pupil())).encode("utf-16"),
    "laughs in utf-16-le without mark": (LAUGHS + edex(pupils=pupil())).encode("utf-16-le"),
    "laughs in utf-32": (LAUGHS + edex(pupils=pupil())).encode("utf-32"),
    "laughs in utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + (LAUGHS + edex(pupils=pupil())).encode("utf-7")),
    "late doctype": b"<!--" + b"x" * 70_000 + b"-->" + (LAUGHS + edex(pupils=pupil())).encode(),
    "external dtd": b'<!DOCTYPE EDEX SYSTEM "file:///etc/passwd">' + edex(pupils=pupil()).encode(),
    "deep": ("<EDEX>" + "<x>" * 60 + "</x>" * 60 + "</EDEX>").encode(),
    "very deep": ("<EDEX>" + "<x>" * 100_000).encode(),
    "deep in a record": edex(pupils=pupil("1", "<x>" * 60 + "</x>" * 60)).encode(),
    "many elements": ("<EDEX>" + "<x/>" * 500_000 + "</EDEX>").encode(),
    "long text": ("<EDEX><school><schooljaar>" + "x" * 11_000_000 + "</schooljaar></school></EDEX>").encode(),
    "include": edex(pupils='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>').encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_broken_files_are_refused_with_one_sentence_r75(read, name):
    with pytest.raises(RosterUnreadable) as refusal:
        read(HOSTILE[name])

    assert re.fullmatch(r"[^\n]{15,160}\.", refusal.value.message)
    assert "root:" not in refusal.value.message


@pytest.mark.parametrize("name", ["deep", "deep in a record", "many elements", "include"])
def test_a_structure_that_no_roster_has_is_refused_as_such_r75(read, name):
    with pytest.raises(RosterUnreadable, match="structure that no roster has"):
        read(HOSTILE[name])


@pytest.mark.parametrize("name", [name for name in HOSTILE if "laughs" in name] + ["late doctype", "external dtd"])
def test_a_doctype_is_refused_as_such_in_every_disguise_r75(read, name):
    with pytest.raises(RosterUnreadable, match=r"DOCTYPE|encoding"):
        read(HOSTILE[name])


def test_what_was_read_is_forgotten():
    """Memory of the parser is not seen by Python, so the tree itself is counted."""
    content = io.BytesIO(edex(pupils="".join(pupil(str(number)) for number in range(20_000))).encode())

    held = max(
        len(element.getparent())
        for element in stream_elements(content, ROOTS, RECORDS)
        if local_name(element.tag) == "leerling"
    )

    assert 100 < held < 5_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_honest_encodings_give_the_same_names(read, encoding):
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    content = f'<?xml version="1.0" encoding="{declared}"?>' + edex(
        pupils=pupil("1", "<achternaam>D'Août</achternaam>")
    )

    assert read(content.encode(encoding)).pupils[0].last_name == "D'Août"


def test_a_missing_file_and_a_file_over_50_mb_are_refused(tmp_path):
    big = tmp_path / "big.xml"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    for path in (big, tmp_path / "none.xml", tmp_path):
        with pytest.raises(RosterUnreadable):
            EdexmlSource(path, "99ZZ", TODAY).fetch()


def test_a_large_file_is_read_in_pieces(tmp_path):
    """Memory does not hold the tree: the second half of a file adds its records only."""
    path = tmp_path / "large.xml"
    with path.open("w") as file:
        file.write(f"<EDEX>{SCHOOL}{GROUPS}<leerlingen>")
        for number in range(20_000):
            filler = "<commentaar>" + "x" * 200 + "</commentaar>"
            file.write(pupil(str(number), f'<achternaam>Beek</achternaam>{filler}<groep key="g1"/>'))
        file.write("</leerlingen></EDEX>")
    counts = []
    tracemalloc.start()
    roster = EdexmlSource(path, "99ZZ", TODAY).fetch(lambda kind, count: counts.append((kind, count)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(roster.pupils) == 20_000
    assert counts[0] == ("pupils", 1)
    assert counts[-1] == ("pupils", 19_001)
    assert codes(roster) == [("info", "", "schema-skipped")]
    assert peak < 30 * 1024 * 1024


BLOCK = '<toevoegingen><blok code="x">{}</blok></toevoegingen>'


@pytest.mark.parametrize("place", ["school", "root", "pupil"])
def test_what_a_vendor_put_in_a_block_of_its_own_is_no_roster(read, place):
    inside = (
        f"<leerlingen>{pupil('9')}</leerlingen>{pupil('8')}"
        '<leerkracht key="X"><achternaam>Vreemd</achternaam></leerkracht>'
        '<vestigingen><vestiging key="V"><naam>Vreemd</naam></vestiging></vestigingen>'
        '<groepen><groep key="v"><naam>Vreemd</naam></groep></groepen><school><brincode>11AA</brincode></school>'
    )
    block = BLOCK.format(inside)
    parts = {
        "school": edex(LOCATION, GROUPS, pupils=pupil(), school=SCHOOL.replace("<school>", f"<school>{block}")),
        "root": edex(block, LOCATION, GROUPS, pupils=pupil()),
        "pupil": edex(LOCATION, GROUPS, pupils=pupil("1", f"<achternaam>Beek</achternaam>{block}")),
    }

    roster = read(parts[place])

    assert [one.key for one in roster.pupils] == ["1"]
    assert (roster.brin, roster.staff) == ("99ZZ", ())
    assert "Vreemd" not in repr((roster.groups, roster.locations))


@pytest.mark.parametrize("head", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>'])
def test_letters_in_another_encoding_than_the_file_says_are_named_as_such(read, head):
    content = head + edex(pupils=pupil("1", "<achternaam>Brontë</achternaam>"))

    with pytest.raises(RosterUnreadable, match="encoding"):
        read(content.encode("latin-1"))
