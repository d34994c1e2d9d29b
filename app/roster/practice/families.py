"""The families of the practice school: one or two guardians, brothers and sisters, separated parents, shared mail."""

import random
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from app.roster import RosterGroup, RosterGuardian, RosterGuardianship, RosterLocation, RosterPupil, RosterStaff

from .names import LAST_NAMES

FOLD: Final = str.maketrans("ŁłĐđØøıßæ ", "LlDdOoisa.")


@dataclass(slots=True)
class Family:
    prefix: str | None
    last_name: str
    guardians: list[str]


@dataclass(slots=True)
class World:
    dice: random.Random
    brin: str
    year: int
    locations: list[RosterLocation] = field(default_factory=list)
    groups: list[RosterGroup] = field(default_factory=list)
    pupils: list[RosterPupil] = field(default_factory=list)
    guardians: list[RosterGuardian] = field(default_factory=list)
    pairs: list[RosterGuardianship] = field(default_factory=list)
    staff: list[RosterStaff] = field(default_factory=list)


def choose_family(world: World, families: list[Family], room: int, left: int) -> Family:
    """A known family for a brother or sister, or a new one. `room` guardians are still to come for `left` pupils."""
    dice = world.dice
    if families and (room <= 0 or (room < 2 * left and dice.random() < 0.2)):
        return dice.choice(families[-4000:])
    wanted = 2 if dice.random() < 0.95 else 1
    # The last pupils make the count exact: never more than there is room for, and no room left over.
    wanted = max(0, room) if left == 1 else min(wanted, room) if room < 2 * left else max(wanted, -(-room // left))
    prefix, last = dice.choice(LAST_NAMES)
    separated = dice.random() < 0.25
    shared = dice.random() < 0.08
    keys = []
    for index in range(wanted):
        number = len(world.guardians)
        own_prefix, own = (prefix, last) if index == 0 or not separated else dice.choice(LAST_NAMES)
        initial = dice.choice("ABCDEFGHIJKLMNOPRSTVWZ")
        mailbox = f"familie.{address(last)}.{number - index}" if shared else f"{address(own)}.v{number}"
        world.guardians.append(
            RosterGuardian(
                key=f"verzorger-{number}",
                number=str(700001 + number),
                last_name=own,
                initials=f"{initial}." if dice.random() < 0.6 else f"{initial}.{dice.choice('ACEJMPRS')}.",
                prefix=own_prefix,
                gender="female" if index == 0 else dice.choice(("male", "male", "male", "female", "unknown")),
                email=None if dice.random() < 0.05 else f"{mailbox}@thuis.example",
            )
        )
        keys.append(f"verzorger-{number}")
    family = Family(prefix, last, keys)
    families.append(family)
    return family


def link_family(world: World, family: Family, pupil_key: str) -> None:
    """Ties a pupil to the guardians of the family."""
    for rank, key in enumerate(family.guardians, 1):
        relation = "moeder" if rank == 1 else "vader" if rank == 2 else "verzorger"
        has_post = rank == 1 or world.dice.random() < 0.7
        has_authority = rank == 1 or int(key.rpartition("-")[2]) % 8 > 0
        world.pairs.append(RosterGuardianship(key, pupil_key, relation, has_post, rank, has_authority))


def address(name: str) -> str:
    """A name as the first part of an e-mail address: plain letters, digits and dots only."""
    plain = unicodedata.normalize("NFKD", name.translate(FOLD)).encode("ascii", "ignore").decode()
    return "".join(sign for sign in plain.lower() if sign.isalnum() or sign == ".") or "naam"
