"""Names in tables: whole or in parts, with the prefix before, behind or inside (domain.md 5.7)."""

import pytest

from app.roster import ABSENT
from tests.sources.table import table_world

pytestmark = pytest.mark.once
read = table_world.read


def test_our_own_export_can_be_read_again(read):
    """Names as 'Berg, Sanne van den', and an apostrophe before what a spreadsheet takes for a formula (R80)."""
    roster = read(
        "\ufeffNaam;Leerlingnummer;Groep;Leerjaar;Vestiging;E-mail;Account\n"
        "Berg, Sanne van den;100001;2A;2;Lindelaan;100001@leerling.example;Ja\n"
        "'t Hart, Özlem;'-5;2A;2;Lindelaan;;Nee\n"
    )

    sanne, hart = roster.pupils
    assert (sanne.first_name, sanne.prefix, sanne.last_name, sanne.initials) == ("Sanne", "van den", "Berg", ABSENT)
    assert (hart.number, hart.first_name, hart.last_name, hart.email) == ("-5", "Özlem", "'t Hart", None)


@pytest.mark.parametrize(
    ("last", "prefix", "name"),
    [("van der Beek", "van der", "Beek"), ("Beek, van der", "van der", "Beek"), ("De Smet", ABSENT, "De Smet")],
)
def test_a_prefix_inside_the_last_name_is_taken_apart_when_there_is_no_column_for_it(read, last, prefix, name):
    (one,) = read(f"Leerlingnummer;Roepnaam;Achternaam\n1;Ad;{last}\n").pupils

    assert (one.prefix, one.last_name) == (prefix, name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Beek", ("Beek", ABSENT, ABSENT)),
        ("Berg, Sanne van den", ("Berg", "Sanne", "van den")),
        ("Sanne van den Berg", ("Berg", "Sanne", "van den")),
        ("van den Berg", ("Berg", ABSENT, "van den")),
        ("S. van den Berg", ("Berg", "S.", "van den")),
        ("dhr. J.P. Jansen", ("Jansen", "J.P.", ABSENT)),
        ("Ben Ali", ("Ben Ali", ABSENT, ABSENT)),
    ],
)
def test_a_name_in_one_cell_is_taken_apart_as_far_as_it_is_sure(read, name, parts):
    (one,) = read(f'Leerlingnummer;Leerling;Klas\n1;"{name}";h2a\n').pupils

    first = one.first_name if one.first_name is not ABSENT else one.initials
    assert (one.last_name, first, one.prefix) == parts


def test_a_full_name_beside_a_first_name_is_the_last_name_without_it(read):
    first, second = read("Leerlingnummer;Roepnaam;Naam\n1;Noor;Noor van der Beek\n2;Ad;El Amrani\n").pupils

    assert (first.first_name, first.prefix, first.last_name) == ("Noor", "van der", "Beek")
    assert (second.first_name, second.last_name) == ("Ad", "El Amrani")
