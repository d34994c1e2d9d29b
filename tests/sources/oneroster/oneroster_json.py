"""The JSON of a OneRoster service, made of the rows of a made-up school (formats.md 7.3)."""

REFERENCES = {
    "orgSourcedId": ("org", "org"),
    "schoolSourcedId": ("school", "org"),
    "classSourcedId": ("class", "class"),
    "userSourcedId": ("user", "user"),
    "courseSourcedId": ("course", "course"),
    "parentSourcedId": ("parent", "org"),
}
LISTS = {
    "termSourcedIds": ("terms", "academicSession"),
    "agentSourcedIds": ("agents", "user"),
    "orgSourcedIds": ("orgs", "org"),
}


def record_of(row, roles):
    """A row of a table as the service sends it; `roles` are those of a user of 1.2."""
    record = {"status": "active", "dateLastModified": "2026-10-01T10:00:00.000Z"}
    for name, value in row.items():
        if name in REFERENCES:
            key, sort = REFERENCES[name]
            record[key] = reference(value, sort)
        elif name in LISTS:
            key, sort = LISTS[name]
            record[key] = [reference(one, sort) for one in value.split(",") if one]
        elif name == "userIds":
            pairs = [one.strip("{}").partition(":") for one in value.split(",")]
            record[name] = [{"type": sort, "identifier": text} for sort, _sign, text in pairs]
        elif name == "grades":
            record[name] = value.split(",")
        else:
            record[name] = {"true": True, "false": False}.get(value, value)
    if roles is not None:
        record["roles"] = [
            {n: one[n] for n in ("roleType", "role", "beginDate", "endDate") if n in one}
            | {"org": reference(one["orgSourcedId"], "org")}
            for one in roles
        ]
    return record


def reference(key, sort):
    return {"href": f"https://example.invalid/{sort}s/{key}", "sourcedId": key, "type": sort}


def status_info(code):
    minor = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}
    return {
        "imsx_StatusInfo": {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_CodeMinor": {"imsx_codeMinorField": [minor]},
        }
    }
