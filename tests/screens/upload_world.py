"""Files that are sent in through the screen, and what waits for them; for the tests of the upload."""

import io
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.clock import school_year_of, today
from app.models import Person
from app.work.runs import work_on_runs
from tests.screens.sync_world import SYNC, form_of

YEAR = school_year_of(today())
EXAMPLE = Path(__file__).parents[1] / "sources" / "edexml" / "feeds" / "EDEXML.Voorbeeld.2.1.xml"
FEED = EXAMPLE.read_bytes().replace(b"<schooljaar>2014-2015<", f"<schooljaar>{YEAR}-{YEAR + 1}<".encode())
UPLOAD = f"{SYNC}bestand/"


def post_file(client, form, content, name):
    """As a browser does; the client of Werkzeug would leave a temporary file open for a large body."""
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart(form | {"file": file})
    return client.post(UPLOAD, data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.fixture
def send(app, admin_client):
    """Sends a file in through the form and has it read; gives the page of the run."""

    def send(content=FEED, name="leerlingen.xml", client=admin_client, form=None, work=True, **more):
        form = form or form_of(client, UPLOAD, source="edexml")
        answer = post_file(client, form | more, content, name)
        if work:
            work_on_runs(app.config)
        return answer

    return send


@pytest.fixture
def files(app):
    """The files that wait for their run."""
    return lambda: sorted((Path(app.config["INSTANCE"]) / "uploads").glob("*"))


def decide(client, run_id, decision, **more):
    form = form_of(client, SYNC, decision=decision, **more)
    return client.post(f"{SYNC}{run_id}/besluit/", data=form)


def people(session):
    return sorted((one.kind, one.number, one.last_name, one.left_on) for one in session.query(Person))
