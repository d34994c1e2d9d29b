"""The practice school in the words of Magister: records as its functions send them, and lists that a school made."""

from dataclasses import dataclass, field

from app.roster.practice import make_practice_school

GENDERS = {"male": "M", "female": "V", "unknown": ""}


@dataclass
class School:
    """Every record is a dict that a test may edit; the lists (layouts) are made of them when they are asked."""

    leerlingen: list[dict] = field(default_factory=list)
    personeel: list[dict] = field(default_factory=list)
    leerling_groepen: dict[str, list[dict]] = field(default_factory=dict)
    groep_vakken: dict[str, list[dict]] = field(default_factory=dict)
    klas_vakken: dict[str, list[dict]] = field(default_factory=dict)
    verzorgers: list[dict] = field(default_factory=list)  # one per pair
    layouts: dict[str, list[dict]] = field(default_factory=dict)

    def pupil(self, number):
        return next(one for one in self.leerlingen if one["stamnr_str"] == str(number))


def dutch(day):
    return f"{day.day}-{day.month}-{day.year}" if day else ""


def make_school(pupils, guardians, staff, seed, today):
    roster = make_practice_school("99ZZ", pupils, seed, None, today, guardians=guardians, staff=staff)
    place = {one.key: one.name for one in roster.locations}
    group = {one.key: one for one in roster.groups}
    number = {key: str(2000 + index) for index, key in enumerate(group)}
    code = {one.key: f"{one.last_name[:2].upper()}{index}" for index, one in enumerate(roster.staff)}
    full = {one.key: " ".join(filter(None, (one.first_name, one.prefix, one.last_name))) for one in roster.staff}
    school = School()
    for one in roster.pupils:
        school.leerlingen.append(
            {
                "stamnr_str": one.number,
                "Roepnaam": one.first_name,
                "Tussenv": one.prefix or "",
                "Achternaam": one.last_name,
                "Voorletters": one.initials,
                "Geslacht": GENDERS[one.gender],
                "geb_datum_str": f"{dutch(one.birth_date)} 00:00:00",
                "Email": one.email or "",
                "Loginaccount.Naam": one.number,
                "Klas": group[one.group_key].name,
                "Studie": f"{group[one.group_key].name[1]}{one.year_of_study}",
                "Leerfase.Leerjaar": str(one.year_of_study),
                "Lesperiode.Korte_omschrijving": "2627",
                "Administratieve_eenheid.Omschrijving": place[one.location_key],
                "Personeelslid.Volledige_naam": full[one.mentor_keys[0]],
                "Straat": "Geheimelaan",
                "Tel._1_geheim": "True",
            }
        )
        school.leerling_groepen[one.number] = [
            {"Stamnr": one.number, "Lesgroep": number[key], "groep": group[key].name} for key in one.group_keys
        ]
    for one in roster.staff:
        record = {
            "stamnr_str": one.number,
            "Code": code[one.key],
            "Roepnaam": one.first_name,
            "Tussenv": one.prefix or "",
            "Achternaam": one.last_name,
            "Voorletters": one.initials,
            "M_V": GENDERS[one.gender],
            "Functie.Omschr": "Docent",
            "Administratieve_eenheid.Omschrijving": place[group[one.group_keys[0]].location_key]
            if one.group_keys
            else "",
            "datum_in_str": "1-8-2015",
            "dVertrek_str": "",
        }
        school.personeel.append(record)
        lessons = [group[key] for key in one.group_keys]
        school.groep_vakken[one.number] = [
            {"Personeelslid.Stamnr": one.number, "Klas": item.name, "Vak.Vakcode": "x"}
            for item in lessons
            if not item.is_home
        ]
        school.klas_vakken[one.number] = [
            {"Personeelslid.Stamnr": one.number, "Klas_Lesgroep": number[item.key], "Klas": item.name}
            for item in lessons
            if item.is_home
        ]
    guardian = {one.key: one for one in roster.guardians}
    pupil = {one.key: one for one in roster.pupils}
    for pair in roster.guardianships:
        one = guardian[pair.guardian_key]
        school.verzorgers.append(
            {
                "Stamnr": pupil[pair.pupil_key].number,
                "Verzorger_nummer": one.number,
                "Verzorger_voorletters": one.initials or "",
                "Verzorger_tussenvoegsel": one.prefix or "",
                "Verzorger_achternaam": one.last_name,
                "Verzorger_email": one.email or "",
                "Verzorger_geslacht": GENDERS[one.gender],
                "Relatie": pair.relation or "",
                "Post": "Ja" if pair.receives_post else "Nee",
                "Ouderlijk_gezag": "J" if pair.has_authority else "N",
            }
        )
    school.layouts = {"ouders": school.verzorgers}
    mentor_code = {one.number: code[one.mentor_keys[0]] for one in roster.pupils}
    school.layouts["leerlingen actief"] = [_row(one, mentor_code[one["stamnr_str"]]) for one in school.leerlingen]
    school.layouts["personeel"] = [
        {
            "STAMNR": one["stamnr_str"],
            "CODE": one["Code"],
            "ROEPNAAM": one["Roepnaam"],
            "TUSSENV": one["Tussenv"],
            "ACHTERNAAM": one["Achternaam"],
            "EMAIL": f"{one['Code'].lower()}@school.example",
        }
        for one in school.personeel
    ]
    return school


def _row(one, mentor):
    """A row of the public layout (formats.md 5.3)."""
    return {
        "STAMNR": one["stamnr_str"],
        "INITIALS": one["Voorletters"],
        "FIRSTNAME": one["Roepnaam"],
        "PREFIX": one["Tussenv"],
        "LASTNAME": one["Achternaam"],
        "EMAIL": one["Email"],
        "GENDER": one["Geslacht"],
        "BIRTHDATE": one["geb_datum_str"].split()[0],
        "STREET": "Geheimelaan",
        "STUDYPERIOD": "2627",
        "CLASS": one["Klas"],
        "STUDY": one["Studie"],
        "LOCATION": one["Administratieve_eenheid.Omschrijving"],
        "STUDYYEAR": one["Leerfase.Leerjaar"],
        "PMENTORCODE": mentor,
        "PMENTORNAME": "",
        "CMENTORCODE": "",
        "CMENTORNAME": "",
        "studiebegindatum": "1-8-2026",
        "studieeinddatum": "31-7-2027",
        "vertrekdatum": "",
    }
