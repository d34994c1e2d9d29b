"""A table is looked at in a process of its own, and read by the mapping that the school used before when it fits."""

import json

import pytest

from app.roster.sources import table_look
from app.roster.table import About, Mapping, look_with, to_remember
from tests.sources.table.table_world import TODAY, files, package, workbook

pytestmark = pytest.mark.once
OWN = "Nr;Wie;Waar\n1;Beek;h2a\n2;Vos;h2a\n"
MINE = Mapping(About.PUPILS, {"number": "Nr", "last_name": "Wie", "group": "Waar"})


def test_a_mapping_that_fits_is_used_again(tmp_path):
    seen = look_with(files(tmp_path, OWN), TODAY, remembered=[MINE.to_json()])

    assert (seen.is_remembered, seen.kind, seen.missing, seen.count) == (True, About.PUPILS, (), 2)
    assert dict(seen.rows[0]) == {"number": "1", "last_name": "Beek", "group": "h2a"}


def test_a_mapping_whose_titles_are_not_there_is_not_used(tmp_path):
    seen = look_with(files(tmp_path, "Leerlingnummer;Achternaam\n1;Beek\n"), TODAY, remembered=[MINE.to_json()])

    assert (seen.is_remembered, seen.mapping.columns["last_name"]) == (False, "Achternaam")


def test_a_mapping_of_another_kind_is_not_used(tmp_path):
    staff = Mapping(About.STAFF, {"number": "Leerlingnummer", "last_name": "Achternaam"})
    seen = look_with(files(tmp_path, "Leerlingnummer;Achternaam;Klas\n1;Beek;x\n"), TODAY, remembered=[staff.to_json()])

    assert (seen.is_remembered, seen.kind) == (False, About.PUPILS)


def test_a_package_is_read_by_its_titles(tmp_path):
    both = package(een__csv="Leerlingnummer;Achternaam\n1;Beek\n", twee__csv=OWN)

    assert not look_with(files(tmp_path, both), TODAY, remembered=[MINE.to_json()]).is_remembered


def test_what_is_remembered_holds_no_place_in_the_file(tmp_path):
    table = workbook(["Nr", "Wie", "Waar"], [1, "Beek", "h2a"])
    seen = look_with(files(tmp_path, table), TODAY, mapping=MINE.to_json())

    assert seen.mapping.header_row == 1
    assert to_remember(seen) == MINE
    assert to_remember(look_with(files(tmp_path, "niets"), TODAY)) is None


def test_a_look_comes_out_of_another_process_the_same(app, tmp_path):
    paths = files(tmp_path, "Leerlingnummer;Achternaam\n001;Beek\n")

    assert table_look(paths, TODAY) == look_with(paths, TODAY)
    assert "De tabel heeft geen kolom" in table_look(paths, TODAY, mapping=MINE.to_json()).refused


@pytest.mark.parametrize("content", [b"PK\x03\x04 kapot", b"\x00" * 100, b"%PDF-1.7", b""])
def test_a_hostile_file_is_a_look_with_one_sentence_r77(app, tmp_path, content):
    assert table_look(files(tmp_path, content), TODAY).refused


def test_a_look_that_takes_too_much_is_one_sentence_r74(app, tmp_path, monkeypatch):
    monkeypatch.setattr("app.roster.confined.ConfinedLook.memory", 40 << 20)

    assert "te veel geheugen" in table_look(files(tmp_path, OWN), TODAY).refused


def test_a_mapping_is_json_when_it_is_kept():
    assert json.loads(MINE.to_json())["kind"] == "pupils"


def test_a_look_at_a_table_without_a_column_it_needs_comes_over_too(app, tmp_path):
    seen = table_look(files(tmp_path, "Leerlingnummer;Roepnaam;Klas\n1;Noor;h2a\n"), TODAY)

    assert (seen.refused, seen.missing, seen.samples) == (None, ("last_name",), ("1", "Noor", "h2a"))
