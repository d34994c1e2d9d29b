"""The practice school in the words of Presentis: records as its REST interface sends them."""

from dataclasses import dataclass, field

from app.roster.practice import make_practice_school


@dataclass
class School:
    """Every record is a dict that a test may edit; what is of a location or pupil stands under its key."""

    schoollocaties: list[dict] = field(default_factory=list)
    leerlingen: dict[int, list[dict]] = field(default_factory=dict)
    klassen: dict[int, list[dict]] = field(default_factory=dict)
    personen: dict[int, list[dict]] = field(default_factory=dict)
    cursussen: list[dict] = field(default_factory=list)
    leerlingklassen: dict[int, list[dict]] = field(default_factory=dict)
    leerlingcursussen: dict[int, list[dict]] = field(default_factory=dict)

    def all_pupils(self):
        return [pupil for pupils in self.leerlingen.values() for pupil in pupils]


def make_school(pupils, staff, seed, today):
    roster = make_practice_school("99ZZ", pupils, seed, None, today, guardians=0, staff=staff)
    school = School()
    number = {one.key: 100 + index for index, one in enumerate(roster.locations)}
    course = {one.key: 5000 + index for index, one in enumerate(roster.groups) if not one.is_home}
    group = {one.key: one for one in roster.groups}
    person = {one.key: 700 + index for index, one in enumerate(roster.staff)}
    for one in roster.locations:
        key = number[one.key]
        school.schoollocaties.append({"schoollocatieid": key, "omschrijving": one.name})
        school.leerlingen[key], school.personen[key] = [], []
        school.klassen[key] = [
            {"klas": item.name, "omschrijving": f"Klas {item.name}"}
            for item in roster.groups
            if item.is_home and item.location_key == one.key
        ]
    school.cursussen = [{"cursusid": key, "omschrijving": group[name].name} for name, key in course.items()]
    for index, one in enumerate(roster.pupils):
        key = 9000 + index
        school.leerlingen[number[one.location_key]].append(
            {
                "leerlingid": key,
                "leerlingnummer": one.number,
                "voornaam": one.first_name,
                "tussenvoegsel": one.prefix,
                "achternaam": one.last_name,
                "geboortedatum": one.birth_date.isoformat(),
                "geslacht": {"male": "M", "female": "V", "unknown": None}[one.gender],
                "inschrijfdatum": "20240801",
                "uitschrijfdatum": None,
            }
        )
        school.leerlingklassen[key] = [
            {
                "leerlingklasid": 40000 + index,
                "klas": group[one.group_key].name,
                "mentor1id": person[one.mentor_keys[0]],
                "mentor2id": None,
                "begindatum": "20260801",
                "einddatum": "20270731",
                "gast": False,
            }
        ]
        school.leerlingcursussen[key] = [
            {"leerlingcursusid": 1, "cursusid": course[name], "begindatum": "20260801", "einddatum": None}
            for name in one.group_keys
        ]
    for index, one in enumerate(roster.staff):
        here = number[roster.locations[index % len(roster.locations)].key]
        school.personen[here].append(
            {"persoonid": person[one.key], "voornaam": one.first_name, "achternaam": one.last_name}
        )
    return school
