"""A made-up school as School Data Sync files, V1 and V2.1 (formats.md 8)."""

from tests.sources.oneroster.oneroster_school import sheet

ONE = {
    "School": "SIS ID,Name",
    "Section": "SIS ID,School SIS ID,Section Name,Section Number,Course Name,Course Description",
    "Student": "SIS ID,School SIS ID,Username",
    "Teacher": "SIS ID,School SIS ID,Username",
    "StudentEnrollment": "Section SIS ID,SIS ID",
    "TeacherRoster": "Section SIS ID,SIS ID",
    "User": "Email,First Name,Last Name,Phone,SIS ID",
    "Guardianrelationship": "SIS ID,Email,Role",
}
TWO = {
    "orgs": "sourcedId,name,type,parentSourcedId",
    "users": "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms",
    "roles": "userSourcedId,orgSourcedId,role",
    "classes": "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId",
    "enrollments": "classSourcedId,userSourcedId,role",
    "relationships": "userSourcedId,relationshipUserSourcedId,relationshipRole",
}
PUPILS = ("p1", "p2", "p3")
CLASSES = (("h1", "1A", ""), ("h2", "2A", ""), ("w1", "1A.wi", "Wiskunde"))
LEARNS = (("h1", "p1"), ("h1", "p2"), ("h2", "p3"), ("w1", "p1"), ("w1", "p3"))
TEACHES = (("h1", "t1"), ("h2", "t1"), ("w1", "t1"))


def files(version, rows):
    columns = ONE if version == 1 else TWO
    names = {name: tuple(text.split(",")) for name, text in columns.items()}
    tables = {
        name: [dict(zip(names[name], row, strict=True)) if isinstance(row, tuple) else row for row in rows[name]]
        for name in columns
    }
    return {f"{name}.csv": sheet(names[name], tables[name]) for name in columns}


def rows_one():
    number = {key: str(100000 + at) for at, key in enumerate(PUPILS, 1)}
    return {
        "School": [("S1", "Lindelaan")],
        "Section": [(key, "S1", title, key, course, "") for key, title, course in CLASSES],
        "Student": [(key, "S1", f"{number[key]}@school.example") for key in PUPILS],
        "Teacher": [("t1", "S1", "bek@school.example")],
        "StudentEnrollment": list(LEARNS),
        "TeacherRoster": list(TEACHES),
        "User": [(f"{number[key]}@leerling.example", "Sanne", "van der Berg", "06", key) for key in PUPILS]
        + [("bek@school.example", "Lies", "Beek", "", "t1"), ("wit@thuis.example", "Cornelia", "de Wit", "06", "p1")],
        "Guardianrelationship": [("p1", "wit@thuis.example", "Parent"), ("p2", "Wit@thuis.example", "Guardian")],
    }


def rows_two():
    number = {key: str(100000 + at) for at, key in enumerate(PUPILS, 1)}
    person = [
        (key, number[key], "Sanne", "van der Berg", "geheim", "x", f"{number[key]}@leerling.example", "06", "")
        for key in PUPILS
    ]
    return {
        "orgs": [("S1", "Lindelaan", "school", "")],
        "users": [
            *person,
            ("t1", "bek", "Lies", "Beek", "geheim", "x", "bek@school.example", "", ""),
            ("g1", "", "Cornelia", "de Wit", "", "", "wit@thuis.example", "06", ""),
        ],
        "roles": [(key, "S1", "student") for key in PUPILS] + [("t1", "S1", "teacher"), ("g1", "S1", "guardian")],
        "classes": [(key, "S1", title, "", course) for key, title, course in CLASSES],
        "enrollments": [(*pair, "student") for pair in LEARNS] + [(*pair, "teacher") for pair in TEACHES],
        "relationships": [("p1", "g1", "parent"), ("p2", "g1", "guardian")],
    }


ROWS = {1: rows_one, 2: rows_two}
