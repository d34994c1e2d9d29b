"""What `roster import` is given beside files: for a table the mapping that says how it is read."""

from collections.abc import Sequence
from pathlib import Path

from flask_babel import gettext as _

from app.clock import today
from app.errors import InvalidInput
from app.extensions import db
from app.models import Institution
from app.roster.sources import table_look
from app.roster.table import SOURCE
from app.roster.table import Mapping as TableMapping
from app.services.runs.tables import remembered_mappings


def adapter_options(
    institution: Institution, source: str, files: Sequence[Path], map_file: Path | None
) -> dict[str, str]:
    """What the adapter gets beside the files: the mapping, checked. Raises InvalidInput that names what is wrong.

    Without a file of its own, a table is read as this school read such a table before, when the titles still fit.
    """
    if map_file is None:
        return _remembered(institution, files) if source == SOURCE and len(files) == 1 else {}
    if source != SOURCE:
        raise InvalidInput(_("Only the source %(source)s takes a mapping.", source=SOURCE))
    try:
        text = map_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        raise InvalidInput(_("The mapping is not a JSON object. Make it with the wizard, or correct it.")) from None
    return {"mapping": TableMapping.from_json(text).to_json()}


def _remembered(institution: Institution, files: Sequence[Path]) -> dict[str, str]:
    known = remembered_mappings(db.session, institution.id)
    db.session.rollback()  # no transaction is open while the file is looked at
    look = table_look(files, today(), remembered=known) if known else None
    return {"mapping": look.mapping.to_json()} if look and look.is_remembered and look.mapping else {}
