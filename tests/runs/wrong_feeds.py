"""A school as an EDEXML file and as other files, and what can be wrong with them: each spoils one thing."""

import gzip
import io
import zipfile
from dataclasses import dataclass, replace

PUPILS = 60
FIRST = ("Noor", "Daan", "Sanne", "Bram", "Fleur", "Özlem")
LAST = ("Beek", "Berg", "Smit", "Hart", "Vries")


@dataclass(frozen=True)
class Pupil:
    key: str
    last: str
    first: str
    born: str
    place: str
    group: str
    email: str


def pupils(count=PUPILS, start=100_001):
    return [
        Pupil(
            key=str(start + n),
            last=f"{LAST[n % 5]}{chr(97 + n % 26)}{chr(97 + n // 26)}",
            first=FIRST[n % 6],
            born=f"20{10 + n % 5}-{1 + n % 12:02}-{1 + n % 28:02}",
            place=f"99ZZ0{1 + n % 2}",
            group=f"g{1 + n % 4}",
            email=f"{start + n}@school.example",
        )
        for n in range(count)
    ]


def edexml(people=None, *, brin="99ZZ", year="2026-2027", made="2026-10-05T08:00:00", places=("99ZZ01", "99ZZ02")):
    """The school as EDEXML 2.1."""
    people = pupils() if people is None else people
    head = f"<schooljaar>{year}</schooljaar><brincode>{brin}</brincode><aanmaakdatum>{made}</aanmaakdatum>"
    where = "".join(f'<vestiging key="{one}"><naam>Vestiging {one}</naam></vestiging>' for one in places)
    groups = "".join(f'<groep key="g{n}"><naam>{n}A</naam><jaargroep>1{n}</jaargroep></groep>' for n in (1, 2, 3, 4))
    return (
        f"<EDEX><school>{head}</school><vestigingen>{where}</vestigingen><groepen>{groups}</groepen>"
        f"<leerlingen>{''.join(map(_leerling, people))}</leerlingen></EDEX>"
    ).encode()


def _leerling(one):
    parts = [
        f"<achternaam>{one.last}</achternaam><roepnaam>{one.first}</roepnaam>",
        f"<geboortedatum>{one.born}</geboortedatum><jaargroep>12</jaargroep>",
        f'<groep key="{one.group}"/>' if one.group else "",
        f'<vestiging key="{one.place}"/>' if one.place else "",
        f"<emailadres>{one.email}</emailadres>" if one.email else "",
    ]
    return f'<leerling key="{one.key}">{"".join(parts)}</leerling>'


def changed(**values):
    """Everybody with these values; a value may be made from the pupil."""
    made = [replace(one, **{name: of(one) if callable(of) else of for name, of in values.items()}) for one in pupils()]
    return edexml(made)


def rotated(name):
    """Everybody with the value of the next one: a column that shifted a row."""
    people = pupils()
    return edexml(
        [
            replace(one, **{name: getattr(after, name)})
            for one, after in zip(people, people[1:] + people[:1], strict=True)
        ]
    )


def table(people=None, header="Leerlingnummer;Achternaam;Roepnaam;Geboortedatum;Klas;Vestiging;E-mailadres"):
    """The school as a table."""
    lines = [header]
    for one in pupils() if people is None else people:
        lines.append(";".join((one.key, one.last, one.first, one.born, one.group, one.place, one.email)))
    return "\r\n".join(lines).encode()


def zipped(**files):
    """A zip with these files; `__` in a name is a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def squeezed(content):
    return gzip.compress(content)
