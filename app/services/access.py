"""Who may do what: roles in words of a table, and the actor that every service gets (R46, R50)."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import NotAllowed
from app.models import PersonKind, Role

ROLE_OF_KIND = {  # the role an account gets from its person; the administrator does not choose (Z-088)
    PersonKind.PUPIL: Role.PUPIL,
    PersonKind.GUARDIAN: Role.GUARDIAN,
    PersonKind.STAFF: Role.STAFF,
    PersonKind.OTHER: Role.OTHER,
}
MAY_ADMINISTER = frozenset({Role.ADMINISTRATOR})  # the screens below /beheer/ (Z-054, Z-183)
HAS_LOCATIONS_BY_HAND = frozenset({Role.CARE_MANAGER, Role.ADMINISTRATOR})  # Z-109, Z-167, part 7 nr 25
# Who sees INFORMATIEF: staff always, and who administers (Z-038, Z-040). It holds what a school tells its own people.
READS_INFORMATIVE = frozenset({Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR, Role.NATIONAL, Role.ROOT})
MANAGED = frozenset(  # the roles whose accounts an application administrator manages; never Z-078, Z-080
    {Role.PUPIL, Role.GUARDIAN, Role.STAFF, Role.OTHER, Role.CARE_MANAGER, Role.ADMINISTRATOR}
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its reach, or the machine itself (account_id None: scheduler, command).

    `locations`: ids of the coupled locations; None means the whole institution (the machine).
    """

    name: str
    account_id: int | None = None
    institution_id: int | None = None
    role: Role | None = None
    locations: frozenset[int] | None = None

    @property
    def is_machine(self) -> bool:
        return self.account_id is None


def require_administrator(actor: Actor) -> None:
    """Raises NotAllowed unless the actor may administer accounts here (Z-054)."""
    if not actor.is_machine and actor.role not in MAY_ADMINISTER:
        raise NotAllowed(_("You have no rights for this."))
