"""Which guardian belongs to which pupil: agentSourcedIds on either side, or relationships (formats.md 7.2, 8). Pure."""

from collections.abc import Mapping
from typing import Final

from app.roster import ABSENT, Kind, RosterGuardianship

from .tables import RELATIONS, USERS, Package, Role, key_of, keys_of, text_of

# How a role is called here; a word that is not in the table is kept as the source writes it.
RELATION: Final = {"parent": "ouder", "guardian": "verzorger", "relative": "familielid"}
LONGEST: Final = 64


def read_pairs(package: Package, roles: Mapping[str, list[Role]]) -> dict[tuple[str, str], RosterGuardianship]:
    """The pairs by (guardian, pupil). An agent is a guardian when its role says so, or when it is not in here."""
    pairs: dict[tuple[str, str], RosterGuardianship] = {}
    for user in package.rows(USERS):
        key = key_of(user)
        for agent in keys_of(user, "agentsourcedids") if key else ():
            pupil, guardian = _sides(key or "", agent, roles)
            if pupil and guardian:
                pairs.setdefault((guardian, pupil), RosterGuardianship(guardian, pupil, _relation(guardian, roles)))
    for row in package.rows(RELATIONS):
        pupil, guardian = _sides(
            key_of(row, "usersourcedid") or "", key_of(row, "relationshipusersourcedid") or "", roles
        )
        if pupil and guardian:
            said = text_of(row, "relationshiprole") or ""
            relation = RELATION.get(said.casefold(), said[:LONGEST]) or _relation(guardian, roles)
            pairs[guardian, pupil] = RosterGuardianship(guardian, pupil, relation)
    return pairs


def _sides(one: str, other: str, roles: Mapping[str, list[Role]]) -> tuple[str, str]:
    """(pupil, guardian) of two who are linked; empty when they are not a pupil and somebody else.

    Who is not in this delivery may be either, as happens when only changes are sent; an agent stands with the pupil.
    """
    both = ((one, other), (other, one)) if one and other else ()
    for pupil, guardian in both:
        if _is(pupil, Kind.PUPILS, roles) and _may_be(guardian, Kind.GUARDIANS, roles):
            return pupil, guardian
    for pupil, guardian in both:
        if _may_be(pupil, Kind.PUPILS, roles) and _may_be(guardian, Kind.GUARDIANS, roles):
            return pupil, guardian
    return "", ""


def _is(key: str, kind: Kind, roles: Mapping[str, list[Role]]) -> bool:
    return any(role.kind is kind for role in roles.get(key, ()))


def _may_be(key: str, kind: Kind, roles: Mapping[str, list[Role]]) -> bool:
    return key not in roles or _is(key, kind, roles)


def _relation(guardian: str, roles: Mapping[str, list[Role]]) -> str | object:
    named = [RELATION.get(role.name, role.name) for role in roles.get(guardian, ()) if role.kind is Kind.GUARDIANS]
    return named[0] if named else ABSENT
