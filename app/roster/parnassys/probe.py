"""What ParnasSys lets us read ("Test verbinding"): the short list of staff, and of the pupils only the first."""

from collections.abc import Sequence

from lxml import etree

from app.errors import RosterUnavailable
from app.roster import Kind, Probe
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, school_told
from app.roster.reading.soap import named_children, too_slow_to_test
from app.roster.reading.unreachable import Unreachable

from .asking import Asking, brins_in, list_of
from .faults import Closed, all_off


def tried(asking: Asking, schools: Sequence[AskedSchool], brin: str) -> Probe:
    """Asks about each school. Raises RosterUnavailable when none of them is open to us."""
    trying = _Trying(asking)
    problem: RosterUnavailable | None = None
    try:
        for school in schools:
            problem = trying.school(school) or problem
    except Unreachable as unreachable:
        raise (too_slow_to_test() if unreachable.cause == "slow" else unreachable) from None
    if not trying.names:
        raise problem or all_off()
    read = frozenset(trying.read - trying.refused)
    told = school_told(brin, schools, trying.told)
    return Probe(tuple(trying.names), read, frozenset(trying.refused), tuple(trying.notes.messages), told)


class _Trying:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.notes = Notes()
        self.names: list[str] = []
        self.read: set[Kind] = set()
        self.refused: set[Kind] = set()
        self.told: list[str] = []

    def school(self, school: AskedSchool) -> RosterUnavailable | None:
        """Tries one school; gives the reason when it is not open to us."""
        staff = self._staff(school)
        try:
            told = self._asking.ask("getLeerlingen", school, until=("leerling", "groepen"))
        except Closed as closed:
            self.notes.warning("location", school.key, "location-refused")
            return closed.reason
        except Unreachable as problem:
            if problem.cause != "slow" or staff is None:
                raise
            # The short list came, so we are let in; a whole school takes longer to make.
            self.notes.info("location", school.key, "list-slow", resource=Kind.PUPILS.value)
        else:
            self._see(told)
        self.names.append(school.key)
        self.read |= {Kind.STAFF} if staff else set()
        if staff is None and Kind.STAFF not in self.refused:
            self.refused.add(Kind.STAFF)
            self.notes.warning("roster", "", "resource-refused", resource=Kind.STAFF.value)
        return None

    def _staff(self, school: AskedSchool) -> list[etree._Element] | None:
        try:
            return list_of(self._asking.ask("getMedewerkers", school), "medewerkers", "medewerker")
        except Closed:
            return None

    def _see(self, told: etree._Element) -> None:
        self.read |= {Kind.LOCATIONS}
        self.read |= {Kind.PUPILS} if list_of(told, "leerlingen", "leerling") else set()
        self.read |= {Kind.GROUPS} if list(named_children(told, "groepen", "groep")) else set()
        self.told.extend(brins_in(told))
