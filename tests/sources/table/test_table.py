"""Tables of pupils, guardians, staff and groups under the titles of schools (formats.md 11, Z-246 to Z-278)."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind
from app.roster.messages import message_text
from app.roster.table import look_at
from tests.sources.table import table_world
from tests.sources.table.table_world import PUPILS, codes, files

pytestmark = pytest.mark.once
read = table_world.read


def test_one_row_per_pupil_with_two_guardians_beside_it_z246_to_z267(read):
    roster = read(
        "Leerlingnummer;Roepnaam;Tussenv.;Achternaam;M/V;Geb.datum;E-mail;Leerjaar;Klas;Lesgroepen;ILT-code;Locatie;"
        "Ouder1_voorletters;Ouder1_tussenvoegsel;Ouder1_achternaam;Ouder1_email;Relatie ouder 1;Ontvangt post ouder 1;"
        "Verzorger 2 achternaam;E-mailadres verzorger 2;Haarkleur\n"
        "001234;Noor;van der;Beek;V;9-3-2011;noor@x.example;2;h2a;h2a.wi, h2a.en;0071;Lindelaan;"
        "C.;van der;Beek;c@x.example;moeder;ja;Smit;s@x.example;rood\n"
    )

    (one,) = roster.pupils
    assert (one.key, one.number, one.first_name, one.prefix, one.last_name) == (
        "001234", "001234", "Noor", "van der", "Beek",
    )  # fmt: skip
    assert (one.gender, one.birth_date, one.email) == ("female", date(2011, 3, 9), "noor@x.example")
    assert (one.year_of_study, one.programme_code, one.initials) == (2, "0071", ABSENT)
    names = {group.key: (group.name, group.is_home, group.year_of_study) for group in roster.groups}
    assert names[one.group_key] == ("h2a", True, 2)
    assert [names[key][:2] for key in one.group_keys] == [("h2a.wi", False), ("h2a.en", False)]
    assert [(location.key, location.name) for location in roster.locations] == [("Lindelaan", "Lindelaan")]
    mother, other = roster.guardians
    assert (mother.last_name, mother.prefix, mother.initials, mother.email) == ("Beek", "van der", "C.", "c@x.example")
    assert (other.last_name, other.initials, other.email) == ("Smit", ABSENT, "s@x.example")
    assert [(pair.pupil_key, pair.relation, pair.receives_post, pair.rank) for pair in roster.guardianships] == [
        ("001234", "moeder", True, 1),
        ("001234", ABSENT, ABSENT, 2),
    ]
    assert roster.delivers == set(Kind) - {Kind.STAFF}
    assert (roster.brin, roster.school_year) == (None, 2026)
    assert codes(roster) == [("info", "", "table-columns-unused")]
    assert roster.messages[0].values == {"columns": "Haarkleur"}


@pytest.mark.parametrize("title", ["Gezag", "Ouderlijk gezag", "Ouderlijk gezag verzorger 1", "Verzorger 1 gezag"])
def test_authority_beside_a_pupil_or_in_rows_of_guardians_is_read(read, title):
    cells = ("ja", "Nee", "")
    rows = [f"{n};Noor;Beek;h2a;{700 + n};Smit;moeder;{cell}" for n, cell in enumerate(cells)]
    head = "Leerlingnummer;Roepnaam;Achternaam;Klas;Verzorgernummer;Verzorger achternaam;Relatie"
    beside = read("\n".join([f"{head};{title}", *rows]))
    assert [pair.has_authority for pair in beside.guardianships] == [True, False, ABSENT]

    rows = [f"{n};{700 + n};Smit;{cell}" for n, cell in enumerate(cells)]
    alone = read("\n".join(["Leerlingnummer;Verzorgernummer;Verzorger achternaam;Ouderlijk gezag", *rows]))
    assert [pair.has_authority for pair in alone.guardianships] == [True, False, ABSENT]


def test_a_cell_that_is_neither_yes_nor_no_says_nothing_about_authority(read):
    roster = read("Leerlingnummer;Verzorgernummer;Verzorger achternaam;Gezag\n1;700;Smit;in onderzoek\n2;701;Vos;ja\n")

    assert [pair.has_authority for pair in roster.guardianships] == [ABSENT, True]
    assert codes(roster) == [("warning", "700", "table-cell-unreadable")]


def test_one_row_per_pair_is_one_pupil_with_all_guardians(read):
    roster = read(
        "Leerlingnummer,Roepnaam,Achternaam,Klas,Verzorgernummer,Verzorger achternaam,Relatie\n"
        "1,Noor,Beek,h2a,701,Beek,moeder\n1,Noor,Beek,h2a,702,Smit,vader\n2,Ad,Beek,h1a,701,Beek,moeder\n"
    )

    assert [pupil.number for pupil in roster.pupils] == ["1", "2"]
    assert [(guardian.key, guardian.number) for guardian in roster.guardians] == [("701", "701"), ("702", "702")]
    assert [pair[:3] for pair in roster.guardianships] == [
        ("701", "1", "moeder"), ("701", "2", "moeder"), ("702", "1", "vader"),
    ]  # fmt: skip
    assert codes(roster) == [("info", "", "table-joined")]


def test_a_magister_layout_with_old_enrolments_and_its_titles_once_more(read):
    """formats.md 5.3: a row per enrolment, and the titles can come back as data."""
    head = "STAMNR;INITIALS;FIRSTNAME;PREFIX;LASTNAME;GENDER;BIRTHDATE;CLASS;STUDY;STUDYYEAR;LOCATION;CMENTORCODE;"
    head += "studiebegindatum;studieeinddatum\n"
    roster = read(
        head
        + "123456;N.M.;Noor;van der;Beek;V;9-3-2011;h1a;h1;1;Hoofdlocatie;PIE;1-8-2025;31-7-2026\n"
        + head
        + "123456;N.M.;Noor;van der;Beek;V;9-3-2011 00:00:00;h2a;h2;2;Hoofdlocatie;JAN;1-8-2026;31-7-2027\n"
        + "123457;A.;Ad;;Aalst;M;1-2-2009;h5a;h5;5;Hoofdlocatie;JAN;1-8-2025;31-7-2026\n"
    )

    noor, gone = roster.pupils
    assert (noor.year_of_study, noor.enrolled_on, noor.leaving_date) == (2, date(2026, 8, 1), None)
    assert {group.key: group.name for group in roster.groups}[noor.group_key] == "h2a"
    assert gone.leaving_date == date(2026, 7, 31)
    assert noor.initials == "N.M."


def test_a_table_of_guardians_names_its_pupils_by_number(read):
    roster = read(
        "Leerlingnummer\tVerzorgernummer\tVoorletters\tTussenvoegsel\tAchternaam\tRelatie\tE-mail\tPost\n"
        "000012\t0701\tC.\tvan\tBeek\tmoeder\tc@x.example\tNee\n000013\t0701\tC.\tvan\tBeek\tmoeder\tc@x.example\tNee\n"
    )

    assert roster.delivers == {Kind.GUARDIANS}
    assert [guardian[:4] for guardian in roster.guardians] == [("0701", "0701", "Beek", "C.")]
    assert [pair[:4] for pair in roster.guardianships] == [
        ("0701", "000012", "moeder", False), ("0701", "000013", "moeder", False),
    ]  # fmt: skip
    assert (roster.pupils, roster.locations) == ((), ())


def test_several_pupils_in_one_cell_of_a_guardian(read):
    roster = read('Verzorgernummer;Achternaam;Leerlingnummer\n701;Beek;"12, 13; 14"\n')

    assert [pair.pupil_key for pair in roster.guardianships] == ["12", "13", "14"]


def test_a_table_of_staff_by_number_code_and_groups_z269_to_z275(read):
    roster = read(
        "Medewerkersnummer|Docentcode|Roepnaam|Achternaam|Geslacht|E-mailadres|Groepen|Datum uit dienst\n"
        "50001|JAN|Ad|Jansen|man|a@x.example|h2a, h2a.wi|\n50002|PIE|Piet|Smit|m|||1-1-2020\n"
    )

    (one,) = roster.staff
    assert (one.number, one.code, one.first_name, one.last_name, one.gender) == ("50001", "JAN", "Ad", "Jansen", "male")
    assert one.group_keys == ("h2a", "h2a.wi")
    assert roster.delivers == {Kind.STAFF}
    assert codes(roster) == [("info", "50002", "left-service")]


def test_a_table_of_groups_z276_z277(read):
    roster = read("Groep;Vestiging;Soort;Leerjaar\nh2a;Lindelaan;Stamgroep;2\nh2.wi;Lindelaan;Lesgroep;2\n")

    assert [(group.name, group.is_home, group.location_key, group.year_of_study) for group in roster.groups] == [
        ("h2a", True, "Lindelaan", 2),
        ("h2.wi", False, "Lindelaan", 2),
    ]
    assert roster.delivers == {Kind.GROUPS, Kind.LOCATIONS}


def test_several_tables_are_one_delivery_with_mentors_by_code(read):
    roster = read(
        "Medewerkersnummer;Afkorting;Achternaam;Groepen\n50001;JAN;Jansen;H2A\n",
        "Leerlingnummer;Achternaam;Klas;Mentor;Vestiging\n1;Beek;h2a;jan;Lindelaan\n",
    )

    assert roster.pupils[0].mentor_keys == ("50001",)
    assert roster.staff[0].group_keys == (roster.pupils[0].group_key,)
    assert {Kind.STAFF, Kind.PUPILS} <= roster.delivers


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        ("stamnr_str;Roepnaam;Tussenv;Achternaam;Klas;Studie;Administratieve_eenheid.Omschrijving", "pupils"),
        ("stamnr_str;Code;Roepnaam;Tussenv;Achternaam;M_V;Functie.Omschr;datum_in_str", "staff"),
        ("uuid;leerlingnummer;roepnaam;voorvoegsel;achternaam;geslacht;geboortedatum;emailadres", "pupils"),
        ("leerlingNummer;leerlingRoepnaam;leerlingAchternaam;leerlingStamgroep;leerlingLeerjaar", "pupils"),
        ("medewerkernummer;afkorting;roepnaam;achternaam;emailadres;functie", "staff"),
        ("Naam;Leerlingnummer;Groep;Leerjaar;Vestiging;E-mail;Account", "pupils"),
        ("Naam;Verzorgernummer;Kinderen;Post;E-mail;Account", "guardians"),
        ("Naam;Medewerkersnummer;Vestigingen;E-mail;Herkomst;Account", "staff"),
        ("Groep;Vestiging;Soort;Leerjaar;Leerlingen;Zonder account;Medewerkers", "groups"),
        ("llnr;tv;naam;voornaam;stamklas;E-mail vader;Achternaam vader", "pupils"),
        ("Leerling;Ouder voorletters;Ouder achternaam;Ouder e-mail;Leerlingnummer", "pupils"),
        ("Leerlingnummer;Ouder voorletters;Ouder achternaam;Ouder e-mail", "guardians"),
        ("Leerlingnummer;Verzorger;E-mail", "guardians"),
        ("Leerlingnummer;Leerling;Klas;Verzorger 1;E-mail verzorger 1;Verzorger 2", "pupils"),
        ("Nummer;Voornaam;Achternaam;Klas", "pupils"),
        ("Titel;Schrijver;Jaar", None),
    ],
)
def test_what_a_table_is_about_is_seen_from_its_titles(tmp_path, titles, kind):
    look = look_at(files(tmp_path, f"{titles}\n"), today=date(2026, 10, 5))

    assert look.kind == kind


def test_an_empty_column_tells_nothing_and_an_empty_cell_tells_nothing_is_there(read):
    first, second = read(
        "Leerlingnummer;Roepnaam;Achternaam;E-mail;Klas;Geslacht\n1;Noor;Beek;n@x.example;;\n2;Ad;Beek;;;\n"
    ).pupils

    assert (second.email, second.gender, second.group_key) == (None, ABSENT, ABSENT)
    assert first.birth_date is ABSENT


def test_titles_may_stand_below_a_heading_and_rows_may_be_blank(read):
    roster = read(
        f"Leerlingen van de school\n\nGemaakt op 5-10-2026;;;\n{PUPILS};;;;\n1;Noor;;Beek;h2a\n\n2;Ad;;Aalst;h2a\n"
    )

    assert [pupil.number for pupil in roster.pupils] == ["1", "2"]


@pytest.mark.parametrize("number", ["1", "VOORBEELD-1", "voorbeeld"])
def test_the_example_of_a_template_is_nobody(read, number):
    roster = read(f"{PUPILS}{number};Noor;;Voorbeeld;h2a\n2;Ad;;Aalst;h2a\n")

    assert [pupil.number for pupil in roster.pupils] == (["1", "2"] if number == "1" else ["2"])
    assert codes(roster) == ([] if number == "1" else [("info", "", "table-example")])


def test_two_people_under_one_number_are_named_and_the_first_is_used(read):
    roster = read(f"{PUPILS}1;Noor;;Beek;h2a\n1;Ad;;Aalst;h2a\n")

    assert [pupil.last_name for pupil in roster.pupils] == ["Beek"]
    assert codes(roster) == [("error", "1", "number-twice")]


def test_a_row_with_too_many_cells_is_not_trusted_but_named(read):
    roster = read(f"{PUPILS}1;Noor;;Beek;h2a\n2;Ad;van;der;Aalst;h2a\n")

    assert [pupil.number for pupil in roster.pupils] == ["1"]
    assert codes(roster) == [("error", "2", "table-row-shifted")]
    assert message_text(roster.messages[0]).startswith("Row 3 ")


def test_nobody_counts_as_gone_when_a_row_has_no_number(read):
    roster = read(f"{PUPILS}1;Noor;;Beek;h2a\n;Ad;;Aalst;h2a\n")

    assert roster.is_delta
    assert codes(roster) == [("error", "", "table-number-missing"), ("warning", "", "table-not-judged")]


def test_the_school_and_its_locations_by_code(read):
    roster = read(
        "Leerlingnummer;Achternaam;BRIN;Vestigingsnummer;Vestiging\n1;Beek;99ZZ;01;Lindelaan\n"
        "2;Smit;99zz;99ZZ02;Haven\n3;Vos;88YY;88YY01;Elders\n"
    )

    assert [(one.key, one.name, one.code) for one in roster.locations] == [
        ("99ZZ01", "Lindelaan", "99ZZ01"),
        ("99ZZ02", "Haven", "99ZZ02"),
    ]
    assert (roster.brin, [pupil.number for pupil in roster.pupils]) == ("99ZZ", ["1", "2"])
    assert codes(roster) == [("error", "3", "table-other-school")]


def test_a_table_of_another_school_says_so(read):
    roster = read("Leerlingnummer;Achternaam;BRIN\n1;Beek;99ZZ\n", brin="88YY")

    assert roster.brin == "99ZZ"
