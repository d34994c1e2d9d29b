"""Which parts of a held run an administrator applies, and which of those are within the own reach (R47, R103)."""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotAllowed
from app.models import SyncRun
from app.services.access import Actor
from app.services.roster.plan.parts import EVERYWHERE, NEW, Part

from .changes import reaches_everything
from .shown import part_of


def parts_to_choose(run: SyncRun) -> list[dict[str, Any]]:
    """The parts of a held run that are applied or left out one by one: those of a location, not of everywhere."""
    found = (run.parts or {}).get("found", ())
    return [row for row in found if part_of(row["part"]).location_id is not EVERYWHERE]


def out_of_reach(session: Session, actor: Actor, run: SyncRun) -> frozenset[str]:
    """The keys of the parts that are too large, and that this actor may not approve: they are of other locations.

    As with the lines of a run (changes.py): who reaches every location may approve all, and who sent a file in may
    approve who is new in it. A delivery that is doubted as a whole touches every location.
    """
    if run.parts is None or reaches_everything(session, actor):
        return frozenset()
    own = actor.locations or frozenset()
    own_file = run.upload_id is not None and run.actor_id == actor.account_id
    everywhere = {part_of(row["part"])[:2] for row in run.parts["found"] if row["over"]}

    def is_far(row: dict[str, Any], part: Part) -> bool:
        too_many = row["over"] or part[:2] in everywhere or run.parts["doubt"]
        return bool(too_many) and part.location_id not in own and not (own_file and part.direction == NEW)

    return frozenset(row["part"] for row in parts_to_choose(run) if is_far(row, part_of(row["part"])))


def chosen_parts(session: Session, actor: Actor, run: SyncRun, ticked: Collection[str] | None) -> list[str]:
    """The keys of the parts to leave out when these are applied; None: all are applied.

    Raises InvalidInput (field "parts") without a part, and NotAllowed for one outside the actor's reach.
    """
    keys = [row["part"] for row in parts_to_choose(run)]
    chosen = set(keys) if ticked is None else set(keys) & set(ticked)
    if ticked is not None and not chosen:
        raise InvalidInput(_("Tick at least one part, or throw the run away."), field="parts")
    if chosen & out_of_reach(session, actor, run):
        raise NotAllowed(
            _("This run is about people of locations outside your reach. An administrator who has those decides on it.")
        )
    return [key for key in keys if key not in chosen]
