"""What `roster import` is given: files, and for a table the mapping that says how it is read."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask_babel import gettext as _

from ..errors import InvalidInput
from ..roster.archive import pack_files
from ..roster.table import MAPPING_NAME, SOURCE
from ..roster.table import Mapping as TableMapping


def adapter_options(source: str, map_file: Path | None) -> dict[str, str]:
    """What the adapter gets beside the files: the mapping, checked. Raises InvalidInput that names what is wrong."""
    if map_file is None:
        return {}
    if source != SOURCE:
        raise InvalidInput(_("Only the source %(source)s takes a mapping.", source=SOURCE))
    try:
        text = map_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        raise InvalidInput(_("The mapping is not a JSON object. Make it with the wizard, or correct it.")) from None
    return {"mapping": TableMapping.from_json(text).to_json()}


@contextmanager
def one_file(files: Sequence[Path], options: Mapping[str, str]) -> Iterator[Path | None]:
    """One file that holds all of it, for a run keeps one until it is done: several files, or a mapping, make a zip."""
    if len(files) < 2 and not options:
        yield files[0] if files else None
        return
    more = {MAPPING_NAME: options["mapping"]} if options else {}
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / f"{files[0].stem}.zip"
        packed.write_bytes(pack_files(files, more))
        yield packed
