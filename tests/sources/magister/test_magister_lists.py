"""Lists ("layouts") that a school made at Magister: any names, any order, CSV, TAB or XML (formats.md 5.3)."""

import pytest

from app.roster import ABSENT, Kind, RosterGuardianship
from app.roster.practice import make_practice_school
from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import ALL, by_number, codes, listed

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)


@pytest.mark.parametrize("form", [None, "CSV", "TAB", "XML"])
@pytest.mark.parametrize("layout", [ALL, "leerlingen actief;ouders;personeel"])
def test_a_whole_school_comes_by_lists(player, fetch, layout, form):
    player.faults.only_form = form
    made = make_practice_school("99ZZ", 60, 1, None, player.today, guardians=90, staff=8)

    roster = fetch(layout=layout)

    assert (len(roster.pupils), len(roster.staff)) == (60, 8)
    assert {one.number for one in roster.guardians} == {one.number for one in made.guardians}
    assert roster.delivers == frozenset(Kind)
    # ANSI has no room for every letter (formats.md 5.3); XML has.
    assert codes(roster) == ([] if form == "XML" else [("warning", "", "letters-lost")])
    assert {path.partition("/")[0] for path in player.requests} == {"login", "getdata"}
    number = {one.key: one.number for one in (*made.pupils, *made.guardians, *made.staff)}
    assert {pair._replace(rank=ABSENT) for pair in roster.guardianships} == {
        pair._replace(guardian_key=number[pair.guardian_key], pupil_key=number[pair.pupil_key], rank=ABSENT)
        for pair in made.guardianships
    }
    assert [one.mentor_keys for one in roster.pupils] == [(number[one.mentor_keys[0]],) for one in made.pupils]


def test_data_that_takes_only_name_and_password_is_read(player, fetch):
    player.faults.only_pair = True

    assert len(fetch(layout=ALL).guardians) > 0


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_names_come_whole_in_every_encoding_r76(player, fetch, encoding):
    player.faults.encoding = encoding
    names = ["Zoë", "O'Brien", "D'Août", "Müller;Smit", 'de "Lange"']
    for row, name in zip(player.school.layouts["leerlingen actief"], names, strict=False):
        row["LASTNAME"] = name

    assert [one.last_name for one in fetch(layout="leerlingen actief").pupils[:5]] == names


def test_the_header_may_come_back_as_a_row(player, fetch):
    player.faults.repeat_header = True

    roster = fetch(layout=ALL)

    assert (len(roster.pupils), codes(roster)) == (60, [("warning", "", "letters-lost")])


def test_a_personal_mentor_goes_before_that_of_the_class(player, fetch):
    row = player.school.layouts["leerlingen actief"][0]
    personal = next(one for one in player.school.personeel if one["Code"] != row["PMENTORCODE"])
    row["CMENTORCODE"] = personal["Code"].lower()

    roster = fetch(layout=ALL)

    assert roster.pupils[0].mentor_keys == (personal["stamnr_str"],)
    of_class = next(one for one in player.school.personeel if one["Code"] == row["PMENTORCODE"])
    assert roster.pupils[0].group_key in by_number(roster.staff, of_class["stamnr_str"]).group_keys


def test_one_row_per_enrolment_gives_the_one_of_today(player, fetch):
    rows = player.school.layouts["leerlingen actief"]
    first, second, third, fourth = rows[:4]
    rows.append({**first, "CLASS": "oud", "studiebegindatum": "1-8-2025", "studieeinddatum": "31-7-2026"})
    second.update(studieeinddatum="1-10-2026 00:00:00")
    rows.append({**second, "CLASS": "nieuw", "studiebegindatum": "2-10-2026", "studieeinddatum": "31-7-2027"})
    third.update(vertrekdatum="20-9-2026")
    fourth.update(vertrekdatum="20-12-2026")

    roster = fetch(layout=ALL)

    name = {one.key: one.name for one in roster.groups}
    told = [by_number(roster.pupils, row["STAMNR"]) for row in (first, second, third, fourth)]
    assert [name[one.group_key] for one in told] == [first["CLASS"], "nieuw", third["CLASS"], fourth["CLASS"]]
    assert [str(one.leaving_date) for one in told] == ["None", "None", "2026-09-20", "2026-12-20"]
    assert len(roster.pupils) == 60


def test_pupils_of_a_coming_year_are_noted(player, fetch):
    row = player.school.layouts["leerlingen actief"][0]
    row.update(studiebegindatum="1-11-2026")

    assert ("info", row["STAMNR"], "begins-later") in codes(fetch(layout=ALL))


def test_guardians_stand_in_columns_beside_the_pupil(player, fetch):
    rows = player.school.layouts["leerlingen actief"]
    for row in rows:
        row.update({f"ouder{n}_{name}": "" for n in (1, 2) for name in ("id", "achternaam", "email", "relatie")})
    rows[0].update(ouder1_id="77", ouder1_achternaam="Berg", ouder1_email="a@b.example", ouder1_relatie="moeder")
    rows[0].update(ouder2_id="78", ouder2_achternaam="Dal", ouder2_relatie="vader", ouder2_gezag="nee")
    rows[1].update(ouder2_id="77", ouder2_achternaam="Berg", ouder2_email="a@b.example", ouder2_relatie="tante")

    roster = fetch(layout="leerlingen actief")

    assert [(one.number, one.last_name, one.email) for one in roster.guardians] == [
        ("77", "Berg", "a@b.example"),
        ("78", "Dal", None),
    ]
    one, two = (row["STAMNR"] for row in rows[:2])
    assert [tuple(pair) for pair in roster.guardianships] == [
        ("77", one, "moeder", ABSENT, 1, ABSENT),
        ("78", one, "vader", ABSENT, 2, False),
        ("77", two, "tante", ABSENT, 2, ABSENT),
    ]
    assert Kind.GUARDIANS in roster.delivers


def nameless_numbers(player, fetch, *rows):
    """Guardians of a list without numbers: (number, last name) of each pair."""
    roster = fetch(layout=listed(player, *rows))
    name = {one.number: one.last_name for one in roster.guardians}
    assert ("warning", "", "guardian-numbers-missing") in codes(roster)
    return [(pair.guardian_key, name[pair.guardian_key], pair.pupil_key) for pair in roster.guardianships]


def test_guardians_without_a_number_are_never_swapped(player, fetch):
    """Whoever moves to another column, or takes the place of another, never gets the key of the other."""
    number = player.school.leerlingen[0]["stamnr_str"]
    mother, father = ("Berg", "C.", "c@b.example"), ("Dal", "D.", "d@b.example")

    def row(*parents):
        parts = {"Stamnr": number}
        for n, (last, initials, email) in enumerate(parents, 1):
            parts |= {f"Ouder{n} naam": last, f"Ouder{n} voorletters": initials, f"Ouder{n} e-mail": email}
        return parts

    first = {name: key for key, name, _pupil in nameless_numbers(player, fetch, row(mother, father))}
    again = {name: key for key, name, _pupil in nameless_numbers(player, fetch, row(father, mother))}
    alone = nameless_numbers(player, fetch, row(("Ster", "E.", "e@b.example")))

    assert first == again
    assert len(set(first.values())) == 2
    assert alone[0][0] not in first.values()


def test_one_guardian_of_two_pupils_without_a_number_is_one(player, fetch):
    one, two, three = (one["stamnr_str"] for one in player.school.leerlingen[:3])
    berg = {"Ouder1 naam": "Berg", "Ouder1 voorletters": "C.", "Ouder1 email": "c@b.example"}
    pairs = nameless_numbers(
        player, fetch, {"Stamnr": two, **berg}, {"Stamnr": one, **berg}, {"Stamnr": three, **berg, "Ouder1 email": ""}
    )

    assert len({key for key, _name, _pupil in pairs}) == 2
    assert pairs[0][0] == pairs[1][0] != pairs[2][0]


def test_a_list_of_pairs_may_name_the_guardian_plainly(player, fetch):
    number = player.school.leerlingen[0]["stamnr_str"]
    row = {"Stamnr": number, "Verzorgernummer": "77", "Voorletters": "C.", "Tussenvoegsel": "van", "Achternaam": "Berg"}
    about = {"Relatie": "moeder", "Ontvangt post": "J", "Gezag": "Nee", "E-mail": "x"}
    roster = fetch(layout=listed(player, row | about))

    guardian = roster.guardians[0]
    assert (guardian.number, guardian.initials, guardian.prefix, guardian.last_name) == ("77", "C.", "van", "Berg")
    assert guardian.email is None
    assert ("warning", "77", "email-unreadable") in codes(roster)
    assert roster.guardianships[0] == RosterGuardianship("77", number, "moeder", True, has_authority=False)
    assert len(roster.pupils) == 60


def test_groups_may_come_by_lists(player, fetch):
    one, two = player.school.leerlingen[:2]
    member = player.school.personeel[0]
    player.school.layouts["groepen"] = [
        {"Stamnr": one["stamnr_str"].lstrip("0"), "Lesgroep": "11286", "groep": "4h.maatA"},
        {"Stamnr": two["stamnr_str"], "Lesgroep": "11286", "groep": "4h.maatA"},
    ]
    player.school.layouts["lessen"] = [{"Code": member["Code"], "Klas": "4h.maatA", "Vak": "maat"}]

    roster = fetch(layout=f"{ALL};groepen;lessen")

    group = next(one for one in roster.groups if one.name == "4h.maatA")
    assert [one.group_keys for one in roster.pupils[:3]] == [(group.key,), (group.key,), ()]
    assert group.key in by_number(roster.staff, member["stamnr_str"]).group_keys
    assert roster.groups_complete


def test_staff_count_without_a_link_when_no_list_tells_links_z268(player, fetch):
    assert fetch(layout=ALL).staff_links_told
    for row in player.school.layouts["leerlingen actief"]:
        for name in ("PMENTORCODE", "PMENTORNAME", "CMENTORCODE", "CMENTORNAME"):
            del row[name]

    roster = fetch(layout=ALL)

    assert not roster.staff_links_told
    assert {one.group_keys for one in roster.staff} == {ABSENT}


def test_a_list_of_pupils_leaves_their_teaching_groups_untold(fetch):
    assert {one.group_keys for one in fetch(layout=ALL).pupils} == {ABSENT}


def test_the_connection_can_be_tried_with_lists(player, source):
    probe = source(layout=ALL).probe()

    assert probe.may_read == frozenset(Kind)
    assert len(probe.locations) == 3
    assert {path.partition("/")[0] for path in player.requests} == {"login", "getdata"}
