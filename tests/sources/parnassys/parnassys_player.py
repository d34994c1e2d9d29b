"""A player of the ParnasSys GeneriekeService: the practice school as one school per BRIN, in lists a test may edit."""

from contextlib import contextmanager
from datetime import date

from lxml import etree

from app.roster.parnassys import ParnassysSource
from app.roster.practice import make_practice_school
from tests.sources.soap_player import SoapFault, SoapPlayer

NAMESPACE = "http://www.topicus.nl/parnassys"
NAME, KEY = "Zicht & Zonen <BV>", " s&l<eutel>'\" "
PATH = "/bao/GeneriekeService"
TODAY = date(2026, 10, 5)
GENDERS = {"male": "M", "female": "V", "unknown": "O"}


class ParnassysSchool:
    """What ParnasSys knows of one BRIN. The lists hold plain dicts: name of an element: text, dict or list of dicts."""

    def __init__(self, brin="99ZZ", pupils=30, staff=4, seed=1, first=0):
        roster = make_practice_school("99ZZ", pupils, seed, None, TODAY, guardians=pupils, staff=staff)
        self.brin = brin
        self.schooljaren = [{"id": "71", "naam": "2025 / 2026"}, {"id": "72", "naam": "2026 / 2027"}]
        self.groepen = [{"id": "900", "naam": "Aangemeld", "lokaal": "", "schooljaar": "72"}]
        groups = {}
        for number, group in enumerate((g for g in roster.groups if g.is_home), 901):
            groups[group.key] = str(number)
            self.groepen.append({"id": str(number), "naam": group.name, "lokaal": "B1", "schooljaar": "72"})
        self.groepen.append({"id": "899", "naam": "oud", "lokaal": "", "schooljaar": "71"})
        self.leerlingen = [
            {
                "id": str(5000 + first + number),
                "leerlingNummer": str(int(pupil.number) + first),
                "roepNaam": pupil.first_name,
                "voornamen": f"{pupil.first_name} Maria",
                "tussenvoegsel": pupil.prefix or "",
                "achternaam": pupil.last_name,
                "achternaamOfficieel": pupil.last_name,
                "geslacht": GENDERS[pupil.gender],
                "geboortedatum": f"{pupil.birth_date.isoformat()}+01:00",
                "leerlingAdres": "66",
                "groepsindelingen": {
                    "groepsindeling": [
                        {"id": "1", "groep": "899", "schooljaar": "71", "leerjaar": "1", "vanafDatum": "2025-08-01"},
                        {
                            "id": "2",
                            "groep": groups[pupil.group_key],
                            "schooljaar": "72",
                            "leerjaar": str(pupil.year_of_study),
                            "vanafDatum": "2026-08-01",
                            "totDatum": "2027-07-31",
                        },
                    ]
                },
                "inschrijvingen": {"inschrijving": [{"id": "1", "datumInschrijving": "2025-08-01"}]},
            }
            for number, pupil in enumerate(roster.pupils)
        ]
        self.medewerkers = [
            {
                "id": str(300 + first + number),
                "firstName": "Officieel",
                "roepNaam": member.first_name,
                "lastName": f"{member.prefix} {member.last_name}" if member.prefix else member.last_name,
                "aanhef": "Mevrouw" if member.gender == "female" else "De heer",
                "email": member.email,
                "mobile": {"nummer": "0612345678", "geheim": "true"},
            }
            for number, member in enumerate(roster.staff)
        ]

        self.tables = {
            "adressen": {"adres": [{"id": "66", "geheimadres": "true", "straat": "Geheimstraat"}]},
            "groepen": {"groep": self.groepen},
            "schooljaren": {"schooljaar": self.schooljaren},
            "leerlingen": {"leerling": self.leerlingen},
        }

    def element(self, operation):
        told = self.tables if operation == "getLeerlingen" else {"medewerkers": {"medewerker": self.medewerkers}}
        answer = etree.Element(etree.QName(NAMESPACE, f"{operation}Response"), nsmap={"ns2": NAMESPACE})
        fill(etree.SubElement(answer, "return"), told)
        return etree.tostring(answer, encoding="unicode")


def fill(parent, values):
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(one, dict):
                fill(child, one)
            else:
                child.text = one


class ParnassysPlayer(SoapPlayer):
    """`refuse`: operation or BRIN: the fault that is given for it."""

    def __init__(self, *schools):
        super().__init__(self._answer, PATH)
        self.schools = {school.brin: school for school in schools or [ParnassysSchool()]}
        self.school = next(iter(self.schools.values()))
        self.refuse: dict[str, SoapFault] = {}
        self.settings = {"base_url": self.url + PATH, "client_name": NAME, "key": KEY}

    def _answer(self, action, request, header):
        assert request.tag == f"{{{NAMESPACE}}}{action}"
        values = {child.tag: child.text for child in request}
        assert list(values) == ["leveranciernaam", "leveranciersleutel", "brinnummer", "schooljaar"]
        if (values["leveranciernaam"], values["leveranciersleutel"]) != (NAME, KEY):
            raise SoapFault("Server", "Leverancier heeft geen toegang")
        if values["schooljaar"] != "2026 / 2027" or values["brinnummer"] not in self.schools:
            raise SoapFault("Server", f"Onbekende school {values['brinnummer']}")
        for name in (action, values["brinnummer"]):
            if name in self.refuse:
                raise self.refuse[name]
        return self.schools[values["brinnummer"]].element(action)

    def source(self, today=TODAY, off=frozenset(), brin="99ZZ", pauses=None, **changed):
        sleep = (lambda seconds: None) if pauses is None else pauses.append
        return ParnassysSource({**self.settings, **changed}, brin, today, switched_off=off, sleep=sleep)

    def fetch(self, *today, **changed):
        return self.source(*today, **changed).fetch()


@contextmanager
def playing(*schools):
    with ParnassysPlayer(*schools) as player:
        yield player
