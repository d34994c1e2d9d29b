"""The practice school in the words of Somtoday Connect: lists of plain dicts that a test may edit."""

import uuid
from dataclasses import dataclass, field
from datetime import date

from app.roster.practice import make_practice_school

NAMESPACE = uuid.UUID("6f0c0f6e-0000-4000-8000-99aa00bb11cc")
GENDERS = {"male": "MAN", "female": "VROUW", "unknown": "ONBEKEND"}


def uuid_for(key):
    return str(uuid.uuid5(NAMESPACE, key))


@dataclass
class School:
    """One organisation. Every list holds the objects as Connect sends them; `owner` says which location tells them."""

    organisation: str
    brin: str
    vestigingen: list[dict] = field(default_factory=list)
    leerlingen: list[dict] = field(default_factory=list)
    verzorgers: list[dict] = field(default_factory=list)
    medewerkers: list[dict] = field(default_factory=list)
    stamgroepen: list[dict] = field(default_factory=list)
    lesgroepen: list[dict] = field(default_factory=list)

    def pupil(self, number):
        return next(pupil for pupil in self.leerlingen if pupil["leerlingnummer"] == int(number))

    def remove_pupil(self, number):
        gone = self.pupil(number)
        self.leerlingen.remove(gone)
        for group in (*self.stamgroepen, *self.lesgroepen):
            group["leerlingen"] = [link for link in group["leerlingen"] if link["uuid"] != gone["uuid"]]
        return gone

    def move_pupil(self, number, group_name):
        pupil = self.pupil(number)
        group = next(item for item in self.stamgroepen if item["naam"] == group_name)
        for other in self.stamgroepen:
            other["leerlingen"] = [link for link in other["leerlingen"] if link["uuid"] != pupil["uuid"]]
        group["leerlingen"].append({"uuid": pupil["uuid"], "vestiging": pupil["vestiging"]})
        pupil["plaatsingen"][-1]["stamgroep"] = {"uuid": group["uuid"], "naam": group["naam"]}

    def at(self, location, items):
        """The objects of one location. Guardians belong where a pupil of theirs is; staff where they teach."""
        if items is self.verzorgers:
            here = {pupil.get("uuid") for pupil in self.leerlingen if pupil["vestiging"]["uuid"] == location}
            links = [item.get("relatie_tot_leerlingen") for item in items]  # None: not told, but they are there
            told = [link is None or here & {one["uuid"] for one in link} for link in links]
            return [item for item, is_here in zip(items, told, strict=True) if is_here]
        return [item for item in items if item["vestiging"]["uuid"] == location]


def make_school(pupils, guardians, staff, seed, today, brin="99ZZ"):
    roster = make_practice_school(brin, pupils, seed, None, today, guardians=guardians, staff=staff)
    year = f"{roster.school_year}/{roster.school_year + 1}"
    school = School(uuid_for(f"organisation-{brin}"), brin)
    places = {}
    for location in roster.locations:
        places[location.key] = {"uuid": uuid_for(location.key), "naam": location.name}
        school.vestigingen.append({**places[location.key], "afkorting": location.name[:3], "brins": [location.code]})
    groups = {}
    for group in roster.groups:
        groups[group.key] = item = {
            "uuid": uuid_for(group.key),
            "naam": group.name,
            "leerjaar": group.year_of_study,
            "vestiging": places[group.location_key],
            "leerlingen": [],
        }
        if group.is_home:
            school.stamgroepen.append({**item, "mentoren": []})
            groups[group.key] = school.stamgroepen[-1]
        else:
            school.lesgroepen.append({**item, "docenten": [], "schooljaar": year, "vak": None})
            groups[group.key] = school.lesgroepen[-1]
    relations = {}
    for pair in roster.guardianships:
        relations.setdefault(pair.pupil_key, []).append(pair)
    for pupil in roster.pupils:
        school.leerlingen.append(pupil_dict(pupil, roster.school_year, year, places, groups, relations))
    of_guardian = {}
    for pair in roster.guardianships:
        of_guardian.setdefault(pair.guardian_key, []).append(pair)
    for guardian in roster.guardians:
        school.verzorgers.append(
            present(
                uuid=uuid_for(guardian.key),
                voorletters=guardian.initials,
                voorvoegsel=guardian.prefix,
                achternaam=guardian.last_name,
                geslacht=GENDERS[guardian.gender],
                emailadres=guardian.email,
                wenstContactViaEMail=True,
                telefoonnummer="0612345678",
                telefoonnummer_geheim=True,
                adres={"straat": "Geheimstraat", "huisnummer": 1},
                adres_geheim=True,
                relatie_tot_leerlingen=[
                    {
                        "uuid": uuid_for(pair.pupil_key),
                        "relatiesoort": pair.relation,
                        "ouderlijk_gezag": pair.has_authority,
                        "mag_post_ontvangen": pair.receives_post,
                    }
                    for pair in of_guardian.get(guardian.key, ())
                ],
            )
        )
    for number, member in enumerate(roster.staff):
        mine = [groups[key] for key in member.group_keys]
        for group in mine:
            if "docenten" in group:
                group["docenten"].append(uuid_for(member.key))
            else:
                group["mentoren"].append(
                    {"medewerker_uuid": uuid_for(member.key), "toewijzing": "EersteMentorStamgroep"}
                )
        place = mine[0]["vestiging"] if mine else places[roster.locations[number % 3].key]
        school.medewerkers.append(
            present(
                uuid=uuid_for(member.key),
                roepnaam=member.first_name,
                voorletters=member.initials,
                voorvoegsel=member.prefix,
                achternaam=member.last_name,
                geslacht=GENDERS[member.gender],
                emailadres=member.email,
                medewerkernummer=f"Medewerker {member.number}",
                afkorting=f"{member.last_name[:2].upper()}{number}",
                prive_telefoonnummer="0687654321",
                privetelefoonnummer_geheim=True,
                bsn="123456782",
                vestiging=place,
                lesgroepen=[{"uuid": group["uuid"], "naam": group["naam"]} for group in mine if "docenten" in group],
            )
        )
    return school


def pupil_dict(pupil, start, year, places, groups, relations):
    home = groups[pupil.group_key]
    place = places[pupil.location_key]
    link = {"uuid": uuid_for(pupil.key), "vestiging": place}
    for key in (pupil.group_key, *pupil.group_keys):
        groups[key]["leerlingen"].append(link)
    return present(
        uuid=link["uuid"],
        leerlingnummer=int(pupil.number),
        roepnaam=pupil.first_name,
        voorletters=pupil.initials,
        voorvoegsel=pupil.prefix,
        achternaam=pupil.last_name,
        geslacht=GENDERS[pupil.gender],
        geboortedatum=pupil.birth_date.isoformat(),
        emailadres=pupil.email,
        BSN="123456782",
        mobielnummer="0611111111",
        vestiging=place,
        verzorgers=[
            {"uuid": uuid_for(pair.guardian_key), "volgnummer": pair.rank} for pair in relations.get(pupil.key, ())
        ],
        plaatsingen=[
            {
                "uuid": uuid_for(f"{pupil.key}-{start - 1}"),
                "schooljaar": f"{start - 1}/{start}",
                "startdatum": f"{start - 1}-08-01",
                "einddatum": f"{start}-07-31",
                "leerjaar": max(1, pupil.year_of_study - 1),
                "mentoren": [],
            },
            {
                "uuid": uuid_for(f"{pupil.key}-{start}"),
                "schooljaar": year,
                "startdatum": f"{start}-08-01",
                "einddatum": f"{start + 1}-07-31",
                "leerjaar": pupil.year_of_study,
                "opleiding": {
                    "uuid": uuid_for(pupil.programme_code),
                    "code": pupil.programme_code,
                    "naam": "opleiding",
                },
                "stamgroep": {"uuid": home["uuid"], "naam": home["naam"]},
                "mentoren": [
                    {"medewerker_uuid": uuid_for(key), "toewijzing": "EersteMentorStamgroep"}
                    for key in pupil.mentor_keys
                ],
            },
        ],
        lesgroepen=[{"uuid": groups[key]["uuid"], "naam": groups[key]["naam"]} for key in pupil.group_keys],
    )


def told_for(school, name, items, current, is_next):
    """These people as they are told for HUIDIG or VOLGEND: with the placements of that school year, or not at all."""
    if current is None:
        return [] if is_next else items
    year = f"{current + is_next}/{current + is_next + 1}"
    told = {}
    for pupil in school.leerlingen:
        placements = [one for one in pupil["plaatsingen"] if one["schooljaar"] == year]
        if placements:
            told[pupil["uuid"]] = {**pupil, "plaatsingen": placements}
    if name == "leerlingen":
        return [told[one["uuid"]] for one in items if one["uuid"] in told]
    return [one for one in items if any(link["uuid"] in told for link in one["relatie_tot_leerlingen"])]


def present(**fields):
    """Connect leaves out what is null."""
    return {name: value for name, value in fields.items() if value is not None}


def october(year=2026):
    return date(year, 10, 5)
