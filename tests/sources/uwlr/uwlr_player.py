"""A player of a UWLR service (ESIS, or another LVS): the practice school by location, in records a test may edit."""

from contextlib import contextmanager
from datetime import date, datetime

from lxml import etree

from app.roster.practice import make_practice_school
from app.roster.uwlr import UwlrSource
from tests.sources.soap_player import SoapFault, SoapPlayer

LG = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
AUT = "http://www.edustandaard.nl/leerresultaten/2/autorisatie"
TODAY = date(2026, 10, 5)
ECKID = "https://ketenid.nl/201703/"


class UwlrSchool:
    """What one location tells: XML elements by kind, without namespace. `answer`: instead of all that."""

    def __init__(self, dependance="01", pupils=30, staff=4, seed=1, first=0):
        roster = make_practice_school("99ZZ", pupils, seed, None, TODAY, guardians=pupils, staff=staff)
        self.answer = None
        self.school = element(
            "school",
            schooljaar="2026-2027",
            peildatum="2026-10-01",
            brincode="99ZZ",
            dependancecode=dependance,
            aanmaakdatum="2026-10-05T06:00:00",
            xsdversie="2.2",
        )
        self.vestigingen = [keyed("vestiging", f"99ZZ{dependance}", naam=f"Locatie {dependance}")]
        self.groepen = [
            keyed("groep", group.key, naam=group.name, jaargroep=str(10 + group.year_of_study))
            if group.is_home
            else keyed("samengestelde_groep", group.key, naam=group.name)
            for group in roster.groups
        ]
        self.leerlingen = []
        for pupil in roster.pupils:
            number = str(int(pupil.number) + first)
            one = keyed("leerling", number, achternaam=pupil.last_name, voorvoegsel=pupil.prefix)
            one.set("eckid", ECKID + number.zfill(128))
            add(one, roepnaam=pupil.first_name, geboortedatum=pupil.birth_date.isoformat(), geslacht="2")
            add(one, jaargroep=str(10 + pupil.year_of_study))
            etree.SubElement(one, "groep", key=pupil.group_key)
            lessons = etree.SubElement(one, "samengestelde_groepen")
            for key in pupil.group_keys:
                etree.SubElement(lessons, "samengestelde_groep", key=key)
            etree.SubElement(one, "vestiging", key=f"99ZZ{dependance}")
            self.leerlingen.append(one)
        self.leerkrachten = []
        for number, member in enumerate(roster.staff):
            one = keyed("leerkracht", f"D{first}{number}", achternaam=member.last_name, roepnaam=member.first_name)
            one.set("eckid", f"{ECKID}d{first}{number}")
            add(one, emailadres=member.email)
            groups = etree.SubElement(one, "groepen")
            homes = {group.key for group in roster.groups if group.is_home}
            for key in member.group_keys:
                etree.SubElement(groups, "groep" if key in homes else "samengestelde_groep", key=key)
            self.leerkrachten.append(one)

    def xml(self):
        if self.answer is not None:
            return self.answer
        lists = ("vestigingen", "groepen", "leerlingen", "leerkrachten")
        held = "".join(f"<{name}>{''.join(map(text, getattr(self, name)))}</{name}>" for name in lists)
        return (
            f'<leerlinggegevens_antwoord xmlns="{LG}"><leerlinggegevens>{text(self.school)}{held}'
            "</leerlinggegevens></leerlinggegevens_antwoord>"
        )


def element(name, **values):
    one = etree.Element(name)
    add(one, **values)
    return one


def keyed(name, key, **values):
    one = element(name, **values)
    one.set("key", key)
    return one


def add(parent, **values):
    for name, value in values.items():
        if value is not None:
            etree.SubElement(parent, name).text = value


def text(one):
    return etree.tostring(one, encoding="unicode")


class UwlrPlayer(SoapPlayer):
    """`keys`: dependance: key. `versions`: the ones that are known. `knows_changes`: it says when nothing changed."""

    def __init__(self, *schools, tls=None):
        super().__init__(self._answer, "/UWLR/UwlrStandaard2.2.svc", tls)
        self.schools = {one.school.findtext("dependancecode"): one for one in schools or [UwlrSchool()]}
        self.school = next(iter(self.schools.values()))
        self.keys: dict[str, str] = {}
        self.versions = {"2.2", "2.1"}
        self.knows_changes = False
        self.refuse: dict[str, SoapFault] = {}
        self.settings = {
            "base_url": self.url + self.path,
            "key": "sleutel&1",
            "client_code": "K1",
            "client_name": "Zicht & Zonen",
            "brin": "99ZZ.01",
        }

    def _answer(self, action, request, header):
        assert action == "HaalLeerlinggegevens"
        assert request.tag == f"{{{LG}}}leerlinggegevens_verzoek"
        told = {child.tag.removeprefix(f"{{{LG}}}"): child.text for child in request}
        since = told.pop("laatstontvangengegevens", None)
        assert list(told) == ["schooljaar", "brincode", "dependancecode", "xsdversie"]
        who = {child.tag.removeprefix(f"{{{AUT}}}"): child.text for child in header}
        assert list(who) == ["autorisatiesleutel", "klantcode", "klantnaam"]
        where = told["dependancecode"]
        if (who["klantcode"], who["klantnaam"]) != ("K1", "Zicht & Zonen"):
            raise SoapFault("Client.OngeldigeKlantIdentificatie")
        if who["autorisatiesleutel"] != self.keys.get(where, "sleutel&1"):
            raise SoapFault("Client.AutorisatieOngeldig", "Sleutel onbekend")
        if told["xsdversie"] not in self.versions:
            raise SoapFault("Client.XsdVersieOngeldig")
        if where in self.refuse:
            raise self.refuse[where]
        assert (told["schooljaar"], told["brincode"]) == ("2026-2027", "99ZZ")
        if where not in self.schools:
            return f'<leerlinggegevens_antwoord xmlns="{LG}"><geengegevens/></leerlinggegevens_antwoord>'
        if since and self.knows_changes:
            assert datetime.fromisoformat(since)
            return f'<leerlinggegevens_antwoord xmlns="{LG}"><geenwijzigingen/></leerlinggegevens_antwoord>'
        return self.schools[where].xml()

    def source(self, today=TODAY, off=frozenset(), pauses=None, **changed):
        sleep = (lambda seconds: None) if pauses is None else pauses.append
        return UwlrSource({**self.settings, **changed}, "99ZZ", today, switched_off=off, sleep=sleep)

    def fetch(self, *today, **changed):
        return self.source(*today, **changed).fetch()


@contextmanager
def playing(*schools, tls=None):
    with UwlrPlayer(*schools, tls=tls) as player:
        yield player
