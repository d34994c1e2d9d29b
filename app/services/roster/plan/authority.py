"""Which source goes first, per kind, and so what one source may say beside the others. Pure.

`Institution.exchange["authority"]` holds per kind the sources in order. A kind without an order: every source counts
alike, and the last run decides. A source that is not in the order of a kind has no say in it. A source that comes later
adds people whom nobody before it tells and fills what those leave empty; it overwrites nothing that they gave, marks
nobody as gone whom they know, and brings nobody back who left according to them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.roster import ABSENT, Kind, Roster, RosterMessage

ALL: Final = "*"  # in place of the fields of a source: nobody wrote down yet which ones it tells
NOBODY: Final = frozenset[int]()
NONE: Final = frozenset[str]()
RECORDS: Final = {"pupil": Kind.PUPILS, "guardian": Kind.GUARDIANS, "staff": Kind.STAFF, "group": Kind.GROUPS}

type_Order = Mapping[str, list[str]]
"""Per kind (in the plural) the sources that have a say, the first one first."""


@dataclass(frozen=True, slots=True)
class Say:
    """What one source may say beside the others. Ids are of persons; those of LOCATIONS are of locations."""

    silent: frozenset[Kind] = frozenset()  # the kinds in which it has no say
    ruled: Mapping[Kind, frozenset[int]] = field(default_factory=dict)  # whom a source before it knows
    given: Mapping[Kind, frozenset[str]] = field(default_factory=dict)  # the fields that those tell
    shared: Mapping[Kind, frozenset[int]] = field(default_factory=dict)  # whom a source after it knows
    filled: Mapping[Kind, frozenset[str]] = field(default_factory=dict)  # the fields that those tell
    before_groups: frozenset[str] = NONE  # the sources before it for groups
    members: frozenset[int] = NOBODY  # pupils and staff whom one of those knows
    families: frozenset[int] = NOBODY  # pupils whom a source before it for guardians knows

    def rules(self, kind: Kind, one: int) -> bool:
        """Whether this person or location is first of all another source's to tell."""
        return one in self.ruled.get(kind, NOBODY)

    def settled(self, kind: Kind, one: int, name: str, old: Any, new: Any) -> Any:
        """What becomes of a field of somebody we know, when this source says `new`."""
        if self.rules(kind, one):
            return old if old is not None and not self.given.get(kind, NONE).isdisjoint((name, ALL)) else new
        if new is None and one in self.shared.get(kind, NOBODY) and name in self.filled.get(kind, NONE):
            return old  # a source after it may have filled what this one leaves empty
        return new

    def enrolled(self, pupil: int, told: Any, old: Any) -> Any:
        """The enrolment of a pupil, when this source tells `told` and we have `old`."""
        if old is None:
            return told
        values = {
            name: self.settled(Kind.PUPILS, pupil, name, getattr(old, name), getattr(told, name))
            for name in ("year_of_study", "programme_code")
        }
        if self.rules(Kind.PUPILS, pupil):
            values |= {"location_id": old.location_id, "leaving_date": old.leaving_date}
        if pupil in self.members and old.group_id is not None:
            values["group_id"] = old.group_id
        return told._replace(**values)

    def paired(self, guardian: int, is_theirs: bool, old: Any, new: Any) -> Any:
        """What becomes of a value of a pair. `is_theirs`: a source before this one tells the pair."""
        keeps = is_theirs or (new is None and guardian in self.shared.get(Kind.GUARDIANS, NOBODY))
        return old if keeps and old is not None else new

    def is_family_of_another(self, pupil: int, guardians: Iterable[int]) -> bool:
        """Whether a source before it tells guardians of this pupil, who has these."""
        ruled = self.ruled.get(Kind.GUARDIANS, NOBODY)
        return bool(ruled) and (pupil in self.families or not ruled.isdisjoint(guardians))


EQUAL: Final = Say()


def silent_kinds(order: type_Order, source: str) -> frozenset[Kind]:
    """The kinds in which this source has no say."""
    return frozenset(kind for kind in Kind if order.get(kind) and source not in order[kind])


def before(order: type_Order, kind: Kind, source: str) -> frozenset[str]:
    """The sources that go before this one for a kind."""
    return _part(order, kind, source, lambda told, place: told[:place])


def after(order: type_Order, kind: Kind, source: str) -> frozenset[str]:
    """The sources that come after this one for a kind."""
    return _part(order, kind, source, lambda told, place: told[place + 1 :])


def _part(order: type_Order, kind: Kind, source: str, part: Any) -> frozenset[str]:
    told = order.get(kind) or []
    return frozenset(part(told, told.index(source))) if source in told else NONE


def joined(order: type_Order, source: str, delivers: Iterable[Kind]) -> dict[str, list[str]]:
    """The order with this source last in every line that it delivers: without a place it would have no say at all."""
    kinds = {kind.value for kind in delivers}
    return {kind: told if source in told or kind not in kinds else [*told, source] for kind, told in order.items()}


def first_place(order: type_Order, source: str) -> int:
    """The best place of this source in any order: who goes first there, is asked first."""
    return min((told.index(source) for told in order.values() if source in told), default=len(Kind) * 20)


def heard(say: Say, roster: Roster) -> Roster:
    """The roster without the kinds in which its source has no say.

    Its pupils and staff stay in it for as far as other kinds name them: they are recognised, and left as they are.
    """
    silent = say.silent & roster.delivers
    if not silent:
        return roster
    rest = roster.delivers - silent
    words = {word for word, kind in RECORDS.items() if kind in silent}
    unheard = (RosterMessage("info", "roster", "", "kind-unheard", {"people": kind.value}) for kind in Kind)
    told = tuple(message for message in roster.messages if message.kind not in words)
    left_out: dict[str, Any] = {}
    if Kind.GUARDIANS in silent:
        left_out |= {"guardians": (), "guardianships": ()}
    if Kind.GROUPS in silent:
        left_out["groups"] = ()
    for kind, needs in ((Kind.PUPILS, Kind.GUARDIANS), (Kind.STAFF, Kind.PUPILS)):
        if kind in silent and (roster.is_list or needs not in rest):  # a list names people by number
            left_out[kind.value] = ()
    silenced = (message for kind, message in zip(Kind, unheard, strict=True) if kind in silent)
    return replace(roster, delivers=rest, messages=(*told, *silenced), **left_out)


def listened(say: Say, kind: Kind, word: str, pairs: Iterable[Any], plan: Any) -> tuple[list[Any], list[Any]]:
    """Of (record, person): those that count, and those that are only recognised."""
    pairs = list(pairs)
    if kind in say.silent:
        plan.counts[kind].seen = plan.counts[kind].skipped = 0
        return [], [(one, person) for one, person in pairs if person is not None and person.left_on is None]
    if not say.ruled.get(kind):
        return pairs, []
    count = []
    for one, person in pairs:
        if person is not None and person.left_on is not None and not person.hand_made and say.rules(kind, person.id):
            plan.skip("warning", word, one.number or one.key, "gone-by-another")
        else:
            count.append((one, person))
    return count, []


def fields_told(records: Iterable[Any], fields_of: Any, names: Iterable[str]) -> set[str]:
    """Of these fields those that at least one record fills. `fields_of` gives the values of a record in that order."""
    open_names = dict(enumerate(names))
    told: set[str] = set()
    for record in records:
        values = fields_of(record)
        found = [place for place in open_names if values[place] is not ABSENT and values[place] not in (None, ())]
        told.update(open_names.pop(place) for place in found)
        if not open_names:
            break
    return told
