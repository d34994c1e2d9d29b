"""What the processes of the tests have read before they split off: making an app reads all of it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import app.work.batches
import app.work.mail.delivery
import app.work.runs  # noqa: F401
from tests.databases import make_app

with TemporaryDirectory() as folder:
    make_app("sqlite://", Path(folder))
