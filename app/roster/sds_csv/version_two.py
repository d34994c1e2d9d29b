"""School Data Sync V2.1 as OneRoster tables: nearly the same names (formats.md 8). Pure."""

from collections.abc import Mapping
from typing import Final

from app.roster.oneroster.tables import (
    CLASSES,
    DETAILS,
    ENROLMENTS,
    ORGS,
    RELATIONS,
    ROLES,
    SESSIONS,
    USERS,
    type_Row,
)
from app.roster.reading.csv_sheets import Shape, shape

SHAPES: Final[Mapping[str, Shape]] = {
    ORGS: shape("sourcedId,name,type", "parentSourcedId"),
    USERS: shape(
        "sourcedId,username,givenName,familyName",
        "middleName,email,userMasterIdentifier,userIds,identifier,grade,preferredGivenName",
    ),
    ROLES: shape("userSourcedId,orgSourcedId,role", "grade,isPrimary,roleStartDate,roleEndDate"),
    CLASSES: shape("sourcedId,orgSourcedId,title", "sessionSourcedIds,courseSourcedId,code,grades,classType"),
    ENROLMENTS: shape("classSourcedId,userSourcedId,role", "primary,beginDate,endDate"),
    RELATIONS: shape("userSourcedId,relationshipUserSourcedId,relationshipRole"),
    SESSIONS: shape("sourcedId,startDate,endDate", "title,type,schoolYear"),
    DETAILS: shape("userSourcedId,birthDate", "sex"),
}
# Where School Data Sync has another name for the same column.
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    CLASSES: {"orgsourcedid": "schoolsourcedid", "sessionsourcedids": "termsourcedids", "code": "classcode"},
    ROLES: {"rolestartdate": "begindate", "roleenddate": "enddate"},
    DETAILS: {"usersourcedid": "sourcedid"},
    USERS: {"grade": "grades"},
}


def as_oneroster(sheets: Mapping[str, list[type_Row]]) -> dict[str, list[type_Row]]:
    """The tables. A file that is not there gives no table."""
    tables: dict[str, list[type_Row]] = {}
    for name, rows in sheets.items():
        names = RENAMED.get(name, {})
        tables[name] = [{names.get(column, column): value for column, value in row.items()} for row in rows]
    for row in tables.get(ROLES, ()):
        is_primary = str(row.get("isprimary", "")).strip().casefold()
        row["roletype"] = "secondary" if is_primary == "false" else "primary"  # type: ignore[index]
    _add_years(tables)
    return tables


def _add_years(tables: Mapping[str, list[type_Row]]) -> None:
    """The year of study stands with the role."""
    years = {row["usersourcedid"]: row["grade"] for row in tables.get(ROLES, ()) if row.get("grade")}
    for row in tables.get(USERS, ()) if years else ():
        if not row.get("grades") and row["sourcedid"] in years:
            row["grades"] = years[row["sourcedid"]]  # type: ignore[index]
