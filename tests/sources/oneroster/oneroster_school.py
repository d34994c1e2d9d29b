"""A made-up school as OneRoster tables, and the packages of CSV files that hold it (formats.md 7.1, 7.2).

The rows are those of 1.2; `one_one` turns them into 1.1, where the role stands with the user.
"""

import csv
import io
import zipfile
from datetime import date

TODAY = date(2026, 10, 5)
RECORD = ("sourcedId", "status", "dateLastModified")
USER = ("username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone")
COLUMNS = {
    "academicSessions": (*RECORD, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": (*RECORD, "name", "type", "identifier", "parentSourcedId"),
    "classes": (*RECORD, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId")
    + ("termSourcedIds", "subjects", "subjectCodes", "periods"),
    "users": (*RECORD, "enabledUser", *USER, "agentSourcedIds", "grades", "password", "userMasterIdentifier")
    + ("preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
    "roles": (*RECORD, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId")
    + ("userProfileSourcedId",),
    "enrollments": (*RECORD, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate")
    + ("endDate",),
    "demographics": (*RECORD, "birthDate", "sex", "americanIndianOrAlaskaNative", "cityOfBirth"),
}
COLUMNS_ONE_ONE = COLUMNS | {
    "users": (*RECORD, "enabledUser", "orgSourcedIds", "role", *USER, "agentSourcedIds", "grades", "password")
}
ALL_FILES = (*COLUMNS, "courses", "userProfiles", "resources", "lineItems")


class School:
    """Tables by name, each a dictionary of rows by key. Change them at will."""

    def __init__(self, pupils=6, classes=2):
        self.tables = {name: {} for name in COLUMNS}
        add = self.add
        add("academicSessions", "y26", title="2026-2027", type="schoolYear", startDate="2026-08-01")
        self["academicSessions"]["y26"].update(endDate="2027-07-31", schoolYear="2027")
        add("orgs", "D", name="Scholengroep", type="district", identifier="99ZZ")
        for number, name in ((1, "Lindelaan"), (2, "Havenkwartier")):
            add("orgs", f"S{number}", name=name, type="school", identifier=f"99ZZ0{number}", parentSourcedId="D")
        for number in range(1, classes + 1):
            self.add_class(f"h{number}", f"{number}A", f"S{1 + (number - 1) % 2}")
            self.add_user(
                f"t{number}", "teacher", f"S{1 + (number - 1) % 2}", "Lies", "van Beek", identifier=str(50000 + number)
            )
            self.enrol(f"h{number}", f"t{number}", "teacher", "true")
        self.add_class("w1", "1A.wi", "S1", "scheduled")
        self.enrol("w1", "t2", "teacher", "false")
        for number in range(1, pupils + 1):
            self.add_pupil(number, 1 + (number - 1) % classes)

    def __getitem__(self, table):
        return self.tables[table]

    def add(self, table, key, **values):
        self[table][key] = {"sourcedId": key, **values}

    def add_class(self, key, title, school, sort="homeroom", **values):
        self.add(
            "classes",
            key,
            title=title,
            classType=sort,
            schoolSourcedId=school,
            termSourcedIds="y26",
            courseSourcedId="c",
            **values,
        )

    def add_user(self, key, role, school, first, last, **values):
        names = {"username": key, "givenName": first, "familyName": last}
        self.add("users", key, **{"enabledUser": "true", **names, "password": "geheim", **values})
        self.add("roles", f"r-{key}", userSourcedId=key, roleType="primary", role=role, orgSourcedId=school)

    def add_pupil(self, number, group):
        key, school = f"p{number}", f"S{1 + (group - 1) % 2}"
        self.add_user(f"g{number}", "parent", school, "Cornelia", "de Wit", email=f"g{number}@thuis.example")
        self.add_user(
            key,
            "student",
            school,
            "Sanne",
            "van der Berg",
            userIds=f"{{LeerlingNummer:{100000 + number}}},{{ECK:https://ketenid.nl/201703/{number:0128x}}}",
            email=f"{100000 + number}@leerling.example",
            agentSourcedIds=f"g{number}",
            grades=str(1 + number % 6),
        )
        self.add("demographics", key, birthDate=f"2012-03-{1 + number % 28:02}", sex="female", cityOfBirth="KANARIE")
        self.enrol(f"h{group}", key, "student")
        if school == "S1":
            self.enrol("w1", key, "student")

    def enrol(self, group, user, role, primary="", **values):
        school = self["classes"][group]["schoolSourcedId"]
        self.add(
            "enrollments",
            f"e-{group}-{user}",
            classSourcedId=group,
            schoolSourcedId=school,
            userSourcedId=user,
            role=role,
            primary=primary,
            **values,
        )

    def remove_pupil(self, number):
        key = f"p{number}"
        for table in ("users", "demographics"):
            self[table].pop(key, None)
        self["roles"].pop(f"r-{key}")
        self.tables["enrollments"] = {k: one for k, one in self["enrollments"].items() if one["userSourcedId"] != key}

    def one_one(self):
        """The tables of 1.1."""
        users = {}
        for key, row in self["users"].items():
            roles = [one for one in self["roles"].values() if one["userSourcedId"] == row["sourcedId"]]
            users[key] = {
                **row,
                "role": roles[0]["role"],
                "orgSourcedIds": ",".join(one["orgSourcedId"] for one in roles),
            }
        return {name: rows for name, rows in self.tables.items() if name != "roles"} | {"users": users}

    def files(self, version="1.2", modes=None, delimiter=","):
        """File name: text; `modes` changes or removes (None) lines of the manifest."""
        tables, columns = (self.tables, COLUMNS) if version == "1.2" else (self.one_one(), COLUMNS_ONE_ONE)
        files = {f"{name}.csv": sheet(columns[name], rows.values(), delimiter) for name, rows in tables.items()}
        return {"manifest.csv": manifest(version, tables, modes or {}, delimiter), **files}


def delta(version="1.2", **tables):
    """A package of changes: each table a list of rows."""
    columns = COLUMNS if version == "1.2" else COLUMNS_ONE_ONE
    standard = {"status": "active", "dateLastModified": "2026-10-04T10:00:00.000Z"}
    files = {f"{name}.csv": sheet(columns[name], [standard | row for row in rows]) for name, rows in tables.items()}
    return {"manifest.csv": manifest(version, {}, dict.fromkeys(tables, "delta")), **files}


def manifest(version, tables, modes, delimiter=","):
    lines = {"manifest.version": "1.0", "oneroster.version": version}
    lines |= {f"file.{name}": "bulk" if name in tables else "absent" for name in ALL_FILES}
    lines |= {f"file.{name}": mode for name, mode in modes.items()}
    rows = [{"propertyName": name, "value": value} for name, value in lines.items() if value is not None]
    return sheet(("propertyName", "value"), rows, delimiter)


def sheet(columns, rows, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def packed(path, files, folder="", compression=zipfile.ZIP_DEFLATED):
    """A zip of these files (text or bytes)."""
    with zipfile.ZipFile(path, "w", compression) as package:
        for name, content in files.items():
            package.writestr(folder + name, content)
    return path
